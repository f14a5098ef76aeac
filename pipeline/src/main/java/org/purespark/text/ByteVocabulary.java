// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * RoBERTa's {@code vocab.json} and {@code merges.txt}, and the equivalent {@code tokenizer.json}, as transformers'
 * {@code RobertaConverter} makes it: byte-level pairs (Radford and others, Language Models are Unsupervised Multitask
 * Learners, 2019), with {@code <s> … </s>} around the text.
 *
 * @param source address of {@code vocab.json}, for messages
 * @param vocabulary token to id
 * @param merges content of {@code merges.txt}: a pair on each line, after an optional line with the version
 * @param mergesSource its address, for messages
 */
record ByteVocabulary(String source, ObjectNode vocabulary, String merges, String mergesSource) {
    private static final String VERSION = "#version";

    /**
     * The {@code tokenizer.json}; special tokens are added by {@link DeclaredTokens}.
     *
     * @throws InputException if the class has another kind of tokenizer, a special token is missing, or a line is no
     *     pair
     */
    ObjectNode tokenizer(TokenizerConfig config, TokenizerClass tokenizerClass) {
        if (tokenizerClass != TokenizerClass.ROBERTA) {
            throw new InputException(config.source() + ": tokenizer_class "
                    + Shown.of(config.token("tokenizer_class").orElse(tokenizerClass.name()))
                    + " cannot be made from vocab.json and merges.txt; save the tokenizer as tokenizer.json beside"
                    + " them");
        }
        ObjectNode json = vocabulary.objectNode();
        json.put("version", "1.0");
        json.putArray("added_tokens");
        json.putNull("normalizer");
        json.putObject("pre_tokenizer")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode around = json.putObject("post_processor")
                .put("type", "RobertaProcessing")
                .put("trim_offsets", true)
                .put("add_prefix_space", false);
        special(around.putArray("sep"), "sep_token", tokenizerClass.usual().last(), config);
        special(around.putArray("cls"), "cls_token", tokenizerClass.usual().first(), config);
        json.putObject("decoder").put("type", "ByteLevel");
        ObjectNode model = json.putObject("model");
        model.put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "").put("fuse_unk", false);
        model.set("vocab", vocabulary);
        pairs(model.putArray("merges"));
        return json;
    }

    private void special(ArrayNode place, String key, String usual, TokenizerConfig config) {
        String token = config.token(key).orElse(usual);
        if (!vocabulary.path(token).isInt()) {
            throw new InputException(source + ": no id for the special token " + Shown.of(token)
                    + "; add it, or name the one that is used as " + key + " in " + config.source());
        }
        place.add(token).add(vocabulary.get(token).intValue());
    }

    private void pairs(ArrayNode array) {
        List<String> lines = merges.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isEmpty() || i == 0 && line.startsWith(VERSION)) {
                continue;
            }
            int space = line.indexOf(' ');
            if (space < 1 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
                throw new InputException(RowUnit.LINE.place(mergesSource, i + 1L) + ": two tokens with a space between"
                        + " them are expected");
            }
            array.add(line);
        }
    }
}
