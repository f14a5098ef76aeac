// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import org.purespark.encoder.Activation;
import org.purespark.encoder.ClassifierKind;

/**
 * RoBERTa and the families that differ from it in names, defaults and tokenizers only. Positions start after the
 * padding id; the sequence classifier is dropout, dense, tanh, dropout. All have RoBERTa's prefix.
 */
abstract class RobertaKin extends BertKeys {
    RobertaKin(Absent absent) {
        super(absent);
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
