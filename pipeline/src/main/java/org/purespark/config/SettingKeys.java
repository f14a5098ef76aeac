// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The keys of {@link Settings}, taken from the components of its records; makes records from values. */
public final class SettingKeys {
    private static final SettingKeys ALL = new SettingKeys();

    private final SortedMap<String, SettingKey> keys = new TreeMap<>();

    private SettingKeys() {
        collect(Settings.class, "");
    }

    static SettingKeys all() {
        return ALL;
    }

    /** Names of the settings that a result depends on, sorted; the others only change how a run works. */
    public static SortedSet<String> changingResults() {
        SortedSet<String> names = new TreeSet<>();
        ALL.keys.values().stream().filter(SettingKey::changesResult).forEach(key -> names.add(key.name()));
        return Collections.unmodifiableSortedSet(names);
    }

    SortedMap<String, SettingKey> byName() {
        return Collections.unmodifiableSortedMap(keys);
    }

    /** Whether {@code name} is no key but a group of keys, such as {@code train}. */
    boolean isGroup(String name) {
        return keys.keySet().stream().anyMatch(key -> key.startsWith(name + "."));
    }

    /**
     * The key that the user probably means by {@code unknown}: with nearly the same spelling, or the same last part.
     */
    Optional<String> nearest(String unknown) {
        String spelled = kebab(unknown).replace('_', '-');
        int limit = Math.max(2, spelled.length() / 3);
        return keys.keySet().stream()
                .filter(key -> distance(spelled, key) <= limit)
                .min(Comparator.comparingInt((String key) -> distance(spelled, key))
                        .thenComparing(key -> key));
    }

    private static int distance(String spelled, String key) {
        LevenshteinDistance edits = LevenshteinDistance.getDefaultInstance();
        int whole = edits.apply(spelled, key);
        // a right name in the wrong group, or in none
        int last = edits.apply(lastPart(spelled), lastPart(key)) + 1;
        return Math.min(whole, last);
    }

    private static String lastPart(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    /** Fills the records with {@code values}, which has the value of every key in the key's own type. */
    Settings bind(Map<String, Object> values) {
        return (Settings) bind(Settings.class, "", values);
    }

    /** The value of every key, sorted by key. */
    SortedMap<String, Object> values(Settings settings) {
        SortedMap<String, Object> values = new TreeMap<>();
        collectValues(settings, "", values);
        return values;
    }

    private void collect(Class<?> group, String prefix) {
        for (RecordComponent component : group.getRecordComponents()) {
            String name = prefix + kebab(component.getName());
            if (component.getType().isRecord()) {
                collect(component.getType(), name + ".");
                continue;
            }
            Allowed allowed = component.getAnnotation(Allowed.class);
            keys.put(
                    name,
                    new SettingKey(
                            name,
                            component.getType(),
                            allowed == null ? null : Interval.parse(allowed.value()),
                            !component.isAnnotationPresent(ResultNeutral.class)));
        }
    }

    private static Object bind(Class<?> group, String prefix, Map<String, Object> values) {
        RecordComponent[] components = group.getRecordComponents();
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = prefix + kebab(components[i].getName());
            Class<?> type = components[i].getType();
            arguments[i] = type.isRecord() ? bind(type, name + ".", values) : values.get(name);
        }
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = group.getDeclaredConstructor(types);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(e.getCause().getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot fill the settings record " + group, e);
        }
    }

    private static void collectValues(Object group, String prefix, Map<String, Object> values) {
        for (RecordComponent component : group.getClass().getRecordComponents()) {
            String name = prefix + kebab(component.getName());
            Object value;
            try {
                value = component.getAccessor().invoke(group);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot read the setting " + name, e);
            }
            if (component.getType().isRecord()) {
                collectValues(value, name + ".", values);
            } else {
                values.put(name, value);
            }
        }
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
