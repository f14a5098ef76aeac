// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.purespark.InputException;

/**
 * Values in the file of an experiment. A key whose value is null is one that is not there.
 *
 * @param file its address, for messages
 */
record ExperimentValues(String file) {
    /** What can be a part of a file's name. */
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]*";

    /** The value of a key; null if it is not there. */
    static ConfigValue optional(ConfigObject object, String key) {
        ConfigValue value = object.get(key);
        return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
    }

    ConfigValue required(ConfigObject object, String place, String key) {
        ConfigValue value = optional(object, key);
        if (value == null) {
            throw refused(below(place, key), "it is missing; give it a value");
        }
        return value;
    }

    /** A single value as text. */
    String scalar(ConfigValue value, String place) {
        return switch (value.valueType()) {
            case NULL -> throw refused(place, "null is no value here; give one, or leave it out");
            case LIST, OBJECT -> throw refused(place, "a single value is expected");
            default -> value.unwrapped().toString();
        };
    }

    /** The text of a key that must be there. */
    String text(ConfigObject object, String place, String key) {
        return scalar(required(object, place, key), below(place, key));
    }

    /** @param otherwise where the key is not there; may be null */
    String text(ConfigObject object, String place, String key, String otherwise) {
        ConfigValue value = optional(object, key);
        return value == null ? otherwise : scalar(value, below(place, key));
    }

    /** The {@code name} of an object. */
    String name(ConfigObject object, String place) {
        return requireName(text(object, place, "name"), below(place, "name"));
    }

    String requireName(String name, String place) {
        if (!name.matches(NAME)) {
            throw refused(place, "'" + name + "' must start with a letter or digit and have only these, . _ and -");
        }
        return name;
    }

    ConfigList list(ConfigObject object, String key) {
        if (!(required(object, "", key) instanceof ConfigList list) || list.isEmpty()) {
            throw refused(key, "expected a list with at least one entry");
        }
        return list;
    }

    ConfigObject object(ConfigValue value, String place) {
        if (value instanceof ConfigObject object) {
            return object;
        }
        throw refused(place, "expected an object in braces, found " + value.unwrapped());
    }

    long whole(ConfigValue value, String place) {
        String text = scalar(value, place);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw refused(place, "'" + text + "' is no whole number");
        }
    }

    double number(ConfigValue value, String place) {
        String text = scalar(value, place);
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw refused(place, "'" + text + "' is no number");
        }
    }

    void requireKeys(ConfigObject object, String place, Set<String> known) {
        for (String key : object.keySet()) {
            if (!known.contains(key)) {
                throw refused(below(place, key), "unknown key; the keys here are " + String.join(", ", known));
            }
        }
    }

    /** @param what one of them is, such as {@code the name} */
    void requireDistinct(String place, String what, Collection<?> all) {
        Set<Object> seen = new HashSet<>();
        for (Object one : all) {
            if (!seen.add(one)) {
                throw refused(place, what + " " + one + " is there twice; give it once");
            }
        }
    }

    static String below(String place, String key) {
        return place.isEmpty() ? key : place + "." + key;
    }

    InputException refused(String key, String reason) {
        return new InputException("cannot read the experiment " + file + ": " + key + ": " + reason);
    }
}
