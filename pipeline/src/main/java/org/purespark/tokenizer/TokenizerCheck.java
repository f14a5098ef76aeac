// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks a {@code tokenizer.json} before native code reads it. Hugging Face's library ends the whole process where a
 * description contradicts itself, and computes for ever on bad expressions, so only what is known is let through:
 * components by type, their fields, ranges and sizes. Formats are those of release 0.21 of the library.
 */
public final class TokenizerCheck {
    /**
     * Most bytes that a byte of text may become. Published tokenizers of eight families stay below 200; most of that is
     * what the Unicode standard allows its forms.
     */
    static final double MOST_GROWTH = 256;

    private TokenizerCheck() {}

    /**
     * Checks all parts but {@code decoder}, {@code truncation} and {@code padding}, which are not used.
     *
     * @param source the file's address, for messages
     * @param tokenizer the description; it is not changed
     * @throws org.purespark.InputException for anything that is not known, with its place
     */
    public static CheckedTokenizer check(String source, ObjectNode tokenizer) {
        ObjectNode json = copy(tokenizer);
        json.remove(List.of("decoder", "truncation", "padding"));
        if (json.get("model") instanceof ObjectNode model) {
            json.set("model", copy(model));
        }
        JsonPart file = new JsonPart(source, "", json);
        file.requireFields(
                Set.of("model"), Set.of("version", "added_tokens", "normalizer", "pre_tokenizer", "post_processor"));
        if (json.has("version")) {
            file.at("version").oneOf(List.of("1.0"));
        }
        List<String> warnings = new ArrayList<>();
        Normalization normalization = NormalizerCheck.check(file.at("normalizer"));
        double growth = normalization.growth() * PreTokenizerCheck.check(file.at("pre_tokenizer"));
        if (growth > MOST_GROWTH) {
            throw file.refused("its normalizer and pre_tokenizer may make a text " + Math.round(growth)
                    + " times as long; expected is at most " + Math.round(MOST_GROWTH));
        }
        ModelCheck.Tokens model = ModelCheck.check(file.at("model"));
        Vocabulary vocabulary = AddedTokensCheck.check(file.at("added_tokens"), model, normalization, warnings);
        PostProcessorCheck.Around around = PostProcessorCheck.check(file.at("post_processor"), vocabulary);
        if (around.before() == 0) {
            warnings.add(
                    source + ": post_processor puts no token such as [CLS] before a text, so a classifier reads the"
                            + " text's first token in its place; if the model is not trained so, its predictions mean"
                            + " nothing");
        } else if (around.after() == 0) {
            warnings.add(
                    source + ": post_processor puts no token such as [SEP] after a text; if the model is not trained"
                            + " so, its predictions are worse");
        }
        return new CheckedTokenizer(
                json.toString(), json.at("/model/type").textValue(), vocabulary, growth, around.pairs(), warnings);
    }

    /** Another object with the same fields; their values are shared. */
    private static ObjectNode copy(ObjectNode object) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        copy.setAll(object);
        return copy;
    }
}
