// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * A value of {@code tokenizer.json} that knows its place. What is not as expected is refused by that place.
 *
 * @param source the file's address
 * @param path as {@code model.vocab}; empty for the whole file
 * @param json the value; a missing one is a missing node
 */
record JsonPart(String source, String path, JsonNode json) {
    /** The part {@code key} of an object. */
    JsonPart at(String key) {
        return new JsonPart(source, path.isEmpty() ? key : path + "." + key, json.path(key));
    }

    /** The part {@code index} of an array. */
    JsonPart at(int index) {
        return new JsonPart(source, path + "[" + index + "]", json.path(index));
    }

    /** The part of an object whose keys are tokens. */
    JsonPart ofToken(String token) {
        return new JsonPart(source, path + "[\"" + Shown.of(token) + "\"]", json.path(token));
    }

    /** Whether there is a value that is not null. */
    boolean isThere() {
        return !json.isMissingNode() && !json.isNull();
    }

    /** The exception that refuses the file because of this part. */
    InputException refused(String what) {
        String place = path.isEmpty() ? "" : path + " ";
        return new InputException("cannot use " + source + ": " + place + what + "; save it again with transformers");
    }

    /** The exception that tells what stands here, and what should. */
    InputException unexpected(String expected) {
        return refused("is " + shown() + "; expected is " + expected);
    }

    private String shown() {
        if (json.isMissingNode()) {
            return "missing";
        }
        if (json.isContainerNode()) {
            return (json.isObject() ? "an object" : "an array") + " of " + json.size();
        }
        return json.isTextual() ? '"' + Shown.of(json.textValue()) + '"' : Shown.of(json);
    }

    /** Requires an object with these fields and no others; {@code type} is always allowed. */
    void requireFields(Set<String> required, Set<String> optional) {
        if (!json.isObject()) {
            throw unexpected("an object");
        }
        for (String key : new TreeSet<>(required)) {
            if (!json.has(key)) {
                throw at(key).unexpected("a value");
            }
        }
        for (Iterator<String> keys = json.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            if (!key.equals("type") && !required.contains(key) && !optional.contains(key)) {
                throw refused("has the field \"" + Shown.of(key) + "\", which is not known there");
            }
        }
    }

    /** A string of at most {@code most} UTF-16 units. */
    String text(int most) {
        if (!json.isTextual() || json.textValue().length() > most) {
            throw unexpected("a string of at most " + most + " characters");
        }
        return json.textValue();
    }

    /** The string, or empty for null or nothing. */
    Optional<String> textIfThere(int most) {
        return isThere() ? Optional.of(text(most)) : Optional.empty();
    }

    boolean flag() {
        if (!json.isBoolean()) {
            throw unexpected("true or false");
        }
        return json.booleanValue();
    }

    void requireFlagIfThere() {
        if (isThere()) {
            flag();
        }
    }

    int integer(int least, int most) {
        if (!json.isIntegralNumber() || !json.canConvertToInt() || json.intValue() < least || json.intValue() > most) {
            throw unexpected("a whole number from " + least + " to " + most);
        }
        return json.intValue();
    }

    /** A token's id. */
    int id() {
        return integer(0, Integer.MAX_VALUE);
    }

    /** One of these strings. */
    String oneOf(List<String> allowed) {
        if (!json.isTextual() || !allowed.contains(json.textValue())) {
            throw unexpected("one of " + String.join(", ", allowed));
        }
        return json.textValue();
    }

    /** The parts of an array of at most {@code most}. */
    List<JsonPart> items(int most) {
        if (!json.isArray() || json.size() > most) {
            throw unexpected("an array of at most " + most);
        }
        List<JsonPart> items = new ArrayList<>(json.size());
        for (int i = 0; i < json.size(); i++) {
            items.add(at(i));
        }
        return items;
    }

    /** The type of a component, which must be one of these. */
    String type(List<String> allowed) {
        JsonNode type = json.path("type");
        if (!json.isObject() || !type.isTextual()) {
            throw unexpected("an object with a type");
        }
        if (!allowed.contains(type.textValue())) {
            throw refused("is of type \"" + Shown.of(type.textValue()) + "\", which is not among "
                    + String.join(", ", allowed));
        }
        return type.textValue();
    }
}
