// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.Shown;

/** The kinds of tokenizers that transformers makes from a {@code vocab.txt}, by the special tokens that they expect. */
enum WordPieceKind {
    /** BERT, DistilBERT and ELECTRA. */
    BERT(
            Set.of(
                    "BertTokenizer",
                    "BertTokenizerFast",
                    "DistilBertTokenizer",
                    "DistilBertTokenizerFast",
                    "ElectraTokenizer",
                    "ElectraTokenizerFast"),
            new SpecialTokens("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"),
            Between.ONE_SEPARATOR),
    /** MPNet; its vocabulary has BERT's special tokens too, as words. */
    MPNET(
            Set.of("MPNetTokenizer", "MPNetTokenizerFast"),
            new SpecialTokens("[UNK]", "<s>", "</s>", "<pad>", "<mask>"),
            Between.TWO_SEPARATORS);

    /** {@code model_type} of models with MPNet's tokenizer. */
    private static final String MPNET_TYPE = "mpnet";

    /** Special tokens by their use. */
    record SpecialTokens(String unknown, String first, String last, String padding, String mask) {}

    /** What is between the texts of a pair. */
    enum Between {
        ONE_SEPARATOR,
        TWO_SEPARATORS
    }

    private final Set<String> classes;
    private final SpecialTokens usual;
    private final Between between;

    WordPieceKind(Set<String> classes, SpecialTokens usual, Between between) {
        this.classes = classes;
        this.usual = usual;
        this.between = between;
    }

    /**
     * The kind that transformers takes: that of {@code tokenizer_class}, else that of the model.
     *
     * @param modelType {@code model_type} of the directory's {@code config.json}, if there is one
     * @throws InputException if the configuration asks for another kind of tokenizer
     */
    static WordPieceKind of(TokenizerConfig config, Optional<String> modelType) {
        Optional<String> tokenizerClass = config.token("tokenizer_class");
        if (tokenizerClass.isEmpty()) {
            return modelType.filter(MPNET_TYPE::equals).isPresent() ? MPNET : BERT;
        }
        return Stream.of(values())
                .filter(kind -> kind.classes.contains(tokenizerClass.get()))
                .findFirst()
                .orElseThrow(() -> new InputException(config.source() + ": tokenizer_class "
                        + Shown.of(tokenizerClass.get())
                        + " cannot be made from vocab.txt; save the tokenizer as tokenizer.json beside it"));
    }

    /** The tokens that the configuration names, else the usual ones. */
    SpecialTokens tokens(TokenizerConfig config) {
        return new SpecialTokens(
                config.token("unk_token").orElse(usual.unknown),
                config.token("cls_token").orElse(usual.first),
                config.token("sep_token").orElse(usual.last),
                config.token("pad_token").orElse(usual.padding),
                config.token("mask_token").orElse(usual.mask));
    }

    Between between() {
        return between;
    }

    /** Whether the mask token takes the spaces before it. */
    boolean maskTakesSpaces() {
        return this == MPNET;
    }
}
