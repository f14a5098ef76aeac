// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import org.purespark.encoder.Activation;
import org.purespark.encoder.ClassifierKind;

/** BERT. Its sequence classifier reads through the pooler: dense, tanh, dropout. */
public final class Bert extends BertKeys {
    public Bert() {
        super(new Absent(30522, 768, 12, 3072, 0));
    }

    @Override
    public String modelType() {
        return "bert";
    }

    @Override
    public String className(String suffix) {
        return "Bert" + suffix;
    }

    @Override
    public String prefix() {
        return "bert.";
    }

    @Override
    public SequenceHead sequenceHead() {
        ClassifierKind kind = ClassifierKind.dense(Activation.TANH, ClassifierKind.Input.AS_IT_IS);
        return new SequenceHead(kind, "bert.pooler.dense", "classifier");
    }

    @Override
    public boolean modelAddsPooler() {
        return true;
    }
}
