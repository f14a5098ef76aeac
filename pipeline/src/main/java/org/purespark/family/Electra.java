// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.purespark.encoder.Activation;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.Sizes;

/**
 * ELECTRA. Embeddings have their own width, and are projected if it is not D; its sequence classifier is dropout,
 * dense, gelu, dropout.
 */
public final class Electra extends BertKeys {
    private static final String EMBEDDING_SIZE = "embedding_size";

    public Electra() {
        super(new Absent(30522, 256, 4, 1024, 0));
    }

    @Override
    public String modelType() {
        return "electra";
    }

    @Override
    public String className(String suffix) {
        return "Electra" + suffix;
    }

    @Override
    public String prefix() {
        return "electra.";
    }

    @Override
    int embedding(ConfigKeys keys, int hidden) {
        return keys.positive(EMBEDDING_SIZE, 128, Sizes.MOST_WIDTH);
    }

    @Override
    public void write(EncoderConfig encoder, ObjectNode raw) {
        super.write(encoder, raw);
        raw.put(EMBEDDING_SIZE, encoder.embedding());
    }

    @Override
    public SequenceHead sequenceHead() {
        ClassifierKind kind = ClassifierKind.dense(Activation.GELU, ClassifierKind.Input.WITH_DROPOUT);
        return new SequenceHead(kind, "classifier.dense", "classifier.out_proj");
    }

    @Override
    public boolean modelAddsPooler() {
        return false;
    }
}
