// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import org.purespark.encoder.Activation;
import org.purespark.encoder.ClassifierKind;

/** RoBERTa. Positions start after the padding id; its sequence classifier is dropout, dense, tanh, dropout. */
public final class Roberta extends BertKeys {
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

    @Override
    public String prefix() {
        return "roberta.";
    }

    @Override
    int positionOffset(int padTokenId) {
        return padTokenId + 1;
    }

    @Override
    public SequenceHead sequenceHead() {
        ClassifierKind kind = ClassifierKind.dense(Activation.TANH, ClassifierKind.Input.WITH_DROPOUT);
        return new SequenceHead(kind, "classifier.dense", "classifier.out_proj");
    }

    @Override
    public boolean modelAddsPooler() {
        return true;
    }
}
