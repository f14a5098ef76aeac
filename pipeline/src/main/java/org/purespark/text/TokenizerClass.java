// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * A class of tokenizers in transformers: what it sets where the files do not say it. A name with {@code Fast} at its
 * end is the same class.
 */
enum TokenizerClass {
    /** BERT, DistilBERT and ELECTRA. */
    BERT(
            List.of("BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer"),
            List.of("bert", "distilbert", "electra"),
            SpecialTokens.bert(null, null, "[UNK]", "[PAD]")),
    /** MPNet; its vocabulary has BERT's special tokens too, as words. */
    MPNET(List.of("MPNetTokenizer"), List.of("mpnet"), SpecialTokens.fairseq("[UNK]")),
    ROBERTA(List.of("RobertaTokenizer"), List.of("roberta"), SpecialTokens.fairseq("<unk>")),
    XLM_ROBERTA(
            List.of("XLMRobertaTokenizer", "CamembertTokenizer"),
            List.of("xlm-roberta", "camembert"),
            SpecialTokens.fairseq("<unk>")),
    ALBERT(List.of("AlbertTokenizer"), List.of("albert"), SpecialTokens.bert("[CLS]", "[SEP]", "<unk>", "<pad>")),
    DEBERTA_V2(
            List.of("DebertaV2Tokenizer"),
            List.of("deberta-v2"),
            SpecialTokens.bert("[CLS]", "[SEP]", "[UNK]", "[PAD]")),
    /** What the files say, and nothing else. */
    FILES_ALONE(
            List.of("PreTrainedTokenizer", "TokenizersBackend"),
            List.of("modernbert"),
            new SpecialTokens(null, null, null, null, null, null, null));

    /** Special tokens by their use; null for one that the class has none for. */
    record SpecialTokens(
            String begin, String end, String unknown, String last, String padding, String first, String mask) {
        static SpecialTokens bert(String begin, String end, String unknown, String padding) {
            return new SpecialTokens(begin, end, unknown, "[SEP]", padding, "[CLS]", "[MASK]");
        }

        static SpecialTokens fairseq(String unknown) {
            return new SpecialTokens("<s>", "</s>", unknown, "</s>", "<pad>", "<s>", "<mask>");
        }

        /** By their keys in {@code tokenizer_config.json}, in the order in which transformers goes through them. */
        List<Map.Entry<String, Optional<String>>> byKey() {
            List<Map.Entry<String, Optional<String>>> tokens = new ArrayList<>();
            tokens.add(Map.entry("bos_token", Optional.ofNullable(begin)));
            tokens.add(Map.entry("eos_token", Optional.ofNullable(end)));
            tokens.add(Map.entry("unk_token", Optional.ofNullable(unknown)));
            tokens.add(Map.entry("sep_token", Optional.ofNullable(last)));
            tokens.add(Map.entry("pad_token", Optional.ofNullable(padding)));
            tokens.add(Map.entry("cls_token", Optional.ofNullable(first)));
            tokens.add(Map.entry("mask_token", Optional.ofNullable(mask)));
            return tokens;
        }
    }

    private static final String FAST = "Fast";

    private final List<String> names;
    private final List<String> modelTypes;
    private final SpecialTokens usual;

    TokenizerClass(List<String> names, List<String> modelTypes, SpecialTokens usual) {
        this.names = names;
        this.modelTypes = modelTypes;
        this.usual = usual;
    }

    /**
     * The class that transformers takes: that of {@code tokenizer_class} in the tokenizer's configuration, else in the
     * model's, else that of the model's type.
     *
     * @param model the model's {@code config.json}; without keys if there is none
     * @throws InputException if a class is named that is not known
     */
    static TokenizerClass of(TokenizerConfig config, TokenizerConfig model) {
        for (TokenizerConfig source : List.of(config, model)) {
            Optional<String> name = source.token("tokenizer_class");
            if (name.isPresent()) {
                return named(source, name.get());
            }
        }
        String type = model.json().path("model_type").asText();
        return Stream.of(values())
                .filter(one -> one.modelTypes.contains(type.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(FILES_ALONE);
    }

    private static TokenizerClass named(TokenizerConfig source, String name) {
        String plain = name.endsWith(FAST) ? name.substring(0, name.length() - FAST.length()) : name;
        return Stream.of(values())
                .filter(one -> one.names.contains(plain))
                .findFirst()
                .orElseThrow(() -> new InputException(source.source() + ": tokenizer_class " + Shown.of(name)
                        + " is not known; known are "
                        + String.join(
                                ", ",
                                Stream.of(values())
                                        .flatMap(one -> one.names.stream())
                                        .toList())
                        + "; where tokenizer.json says all, write PreTrainedTokenizerFast"));
    }

    /** The tokens that the class has where no file names others. */
    SpecialTokens usual() {
        return usual;
    }

    /** Whether the class puts its own rules for case and accents in the place of the file's. */
    boolean setsBertNormalizer() {
        return this == BERT || this == MPNET;
    }

    /** Whether it is made from {@code vocab.txt}. */
    boolean hasWordPieces() {
        return this == BERT || this == MPNET;
    }

    /** Separators between the texts of a pair. */
    int separatorsBetween() {
        return this == BERT || this == ALBERT || this == DEBERTA_V2 ? 1 : 2;
    }

    /** Whether its own mask token takes the spaces before it, by version 5 of transformers or by version 4. */
    boolean maskTakesSpaces(boolean byVersion5) {
        return this == MPNET || !byVersion5 && (this == ROBERTA || this == XLM_ROBERTA || this == ALBERT);
    }
}
