// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** The version of transformers whose tokenizers are followed where versions differ. */
public enum TransformersRules implements Spelt {
    /** The files as version 4 reads them; vocab.json without tokenizer.json as version 5. */
    FILES("files"),
    /** Version 4, which follows tokenizer.json. */
    FOUR("4"),
    /** Version 5, which makes normalizer, split and unknown token by the tokenizer's class. */
    FIVE("5");

    private final String spelling;

    TransformersRules(String spelling) {
        this.spelling = spelling;
    }

    @Override
    public String spelling() {
        return spelling;
    }
}
