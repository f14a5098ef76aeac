package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.purespark.InputException;

/**
 * What {@code tokenizer_config.json} says, key by key; an absent file says nothing.
 *
 * @param source the file's address, for messages
 * @param json an object
 */
record TokenizerConfig(String source, JsonNode json) {
    boolean says(String key) {
        return json.has(key);
    }

    /** A switch; empty where the key is missing or null, which leaves the choice to other settings. */
    Optional<Boolean> flag(String key) {
        JsonNode value = json.get(key);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw new InputException(source + ": key " + key + " is " + value + "; it must be true, false or null");
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
            throw new InputException(
                    source + ": key " + key + " is " + value + "; it must be a string or an object with content");
        }
        return Optional.of(content.textValue());
    }
}
