// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

/** XLM-RoBERTa (Conneau and others, 2020): RoBERTa with a vocabulary of a hundred languages. */
public final class XlmRoberta extends RobertaKin {
    public XlmRoberta() {
        super(new Absent(30522, 768, 12, 3072, 1));
    }

    @Override
    public String modelType() {
        return "xlm-roberta";
    }

    @Override
    public String className(String suffix) {
        return "XLMRoberta" + suffix;
    }
}
