// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.purespark.config.TransformersRules;
import org.purespark.storage.Storage;
import org.purespark.tokenizer.PairRule;
import org.purespark.tokenizer.Vocabulary;

/**
 * What a model's tokenizer is. It is checked as for use, but not made.
 *
 * @param kind WordPiece, BPE, Unigram or WordLevel
 * @param vocabulary all tokens
 * @param padId of the padding token
 * @param pairs how the texts {@code $A} and {@code $B} of a pair are put together, with {@code :1} after what has token
 *     type 1; empty if pairs are refused
 * @param warnings what is allowed but seldom meant, one sentence each
 */
public record TokenizerSummary(
        String kind, Vocabulary vocabulary, int padId, Optional<String> pairs, List<String> warnings) {
    public TokenizerSummary {
        warnings = List.copyOf(warnings);
    }

    /** @throws org.purespark.InputException if there is none, or it is refused */
    public static TokenizerSummary read(Storage storage, String modelDirectory) {
        TokenizerDefinition definition = TokenizerDefinition.read(storage, modelDirectory, TransformersRules.FILES);
        return new TokenizerSummary(
                definition.checked().kind(),
                definition.checked().vocabulary(),
                definition.padId(),
                pairs(definition),
                definition.checked().warnings());
    }

    private static Optional<String> pairs(TokenizerDefinition definition) {
        boolean types = definition.types().areGiven();
        return definition.checked().pairs() instanceof PairRule.Known known
                        && (!types || known.template().hasTypesInOrder())
                ? Optional.of(known.template().inWords(definition.checked().vocabulary(), types ? ":1" : ""))
                : Optional.empty();
    }

    /** -1 if there is no token. */
    public int largestId() {
        return Stream.of(vocabulary.model(), vocabulary.added())
                .flatMap(tokens -> tokens.values().stream())
                .mapToInt(Integer::intValue)
                .max()
                .orElse(-1);
    }

    public Optional<String> token(int id) {
        return vocabulary.token(id);
    }
}
