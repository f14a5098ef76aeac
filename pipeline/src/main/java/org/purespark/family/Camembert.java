// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

/** CamemBERT (Martin and others, 2020): RoBERTa for French. */
public final class Camembert extends RobertaKin {
    public Camembert() {
        super(new Absent(30522, 768, 12, 3072, 1));
    }

    @Override
    public String modelType() {
        return "camembert";
    }

    @Override
    public String className(String suffix) {
        return "Camembert" + suffix;
    }
}
