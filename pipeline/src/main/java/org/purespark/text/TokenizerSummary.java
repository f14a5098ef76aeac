// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.purespark.storage.Storage;

/**
 * What a model's tokenizer is. It is checked as for use, but not made.
 *
 * @param kind WordPiece, BPE, Unigram or WordLevel
 * @param byId the tokens by their ids
 * @param padId of the padding token
 * @param warnings what is odd about it
 */
public record TokenizerSummary(String kind, Map<Integer, String> byId, int padId, List<String> warnings) {
    public TokenizerSummary {
        byId = Map.copyOf(byId);
        warnings = List.copyOf(warnings);
    }

    /** @throws org.purespark.InputException if there is none, or it is refused */
    public static TokenizerSummary read(Storage storage, String modelDirectory) {
        TokenizerDefinition definition = TokenizerDefinition.read(storage, modelDirectory);
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(definition.json());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tokenizer's description that was checked is no JSON", e);
        }
        JsonNode model = json.path("model");
        Map<Integer, String> byId = new HashMap<>();
        JsonNode vocabulary = model.path("vocab");
        if (vocabulary.isObject()) {
            vocabulary.properties().forEach(entry -> byId.put(entry.getValue().asInt(), entry.getKey()));
        } else {
            for (int id = 0; id < vocabulary.size(); id++) {
                byId.put(id, vocabulary.get(id).path(0).asText());
            }
        }
        for (JsonNode added : json.path("added_tokens")) {
            byId.put(added.path("id").asInt(), added.path("content").asText());
        }
        return new TokenizerSummary(model.path("type").asText(), byId, definition.padId(), List.of());
    }

    /** Number of ids that have a token. */
    public int tokens() {
        return byId.size();
    }

    /** -1 if there is no token. */
    public int largestId() {
        return byId.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
    }

    public Optional<String> token(int id) {
        return Optional.ofNullable(byId.get(id));
    }
}
