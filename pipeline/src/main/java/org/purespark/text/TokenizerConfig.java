// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * The keys of {@code tokenizer_config.json}; a missing file has none.
 *
 * @param source the file's address, for messages
 * @param json an object
 */
record TokenizerConfig(String source, JsonNode json) {
    boolean has(String key) {
        return json.has(key);
    }

    /** True or false; empty if the key is missing or null: then other settings decide. */
    Optional<Boolean> flag(String key) {
        JsonNode value = json.get(key);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw new InputException(
                    source + ": key " + key + " is " + Shown.of(value) + "; it must be true, false or null");
        }
        return Optional.of(value.booleanValue());
    }

    /** A special token, written as a string or as an object with its {@code content}. */
    Optional<String> token(String key) {
        JsonNode value = json.get(key);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        JsonNode content = value.isObject() ? value.get("content") : value;
        if (content == null || !content.isTextual()) {
            throw new InputException(source + ": key " + key + " is " + Shown.of(value)
                    + "; it must be a string or an object with content");
        }
        return Optional.of(content.textValue());
    }
}
