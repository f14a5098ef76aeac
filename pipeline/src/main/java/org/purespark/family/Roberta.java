// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

/** RoBERTa (Liu and others, 2019). */
public final class Roberta extends RobertaKin {
    public Roberta() {
        super(new Absent(50265, 768, 12, 3072, 1));
    }

    @Override
    public String modelType() {
        return "roberta";
    }

    @Override
    public String className(String suffix) {
        return "Roberta" + suffix;
    }
}
