package org.purespark.purify;

import java.io.Serializable;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Addresses of what a purification reads, as the user gave them; null where not given.
 *
 * @param model the suspect's directory, or for a single stage the model it is to work on
 * @param classifier safetensors file of its classifier
 * @param train clean labelled texts
 * @param validation where absent, a seeded share of train is held out
 * @param test where absent, the validation texts serve
 * @param poisonedTest triggered texts with their true labels
 * @param target label that the attack aims at; where absent, the class most flipped to
 */
public record Inputs(
        String model,
        String classifier,
        String train,
        String validation,
        String test,
        String poisonedTest,
        String target)
        implements Serializable {
    public static final String MODEL = "model";
    public static final String CLASSIFIER = "classifier";
    public static final String TRAIN = "train";
    public static final String VALIDATION = "validation";
    public static final String TEST = "test";
    public static final String POISONED_TEST = "poisoned-test";

    /** Named by the setting {@code probe.battery-file}, not by an option. */
    public static final String PROBE_BATTERY = "probe-battery";

    /** The addresses that were given, by name. */
    public SortedMap<String, String> given() {
        SortedMap<String, String> given = new TreeMap<>();
        put(given, MODEL, model);
        put(given, CLASSIFIER, classifier);
        put(given, TRAIN, train);
        put(given, VALIDATION, validation);
        put(given, TEST, test);
        put(given, POISONED_TEST, poisonedTest);
        return given;
    }

    /** What is not given here is taken from {@code before}, the addresses that a run directory remembers. */
    public Inputs orElse(SortedMap<String, String> before) {
        // A classifier belongs to its model: it is not put to another one.
        boolean sameModel = model == null || model.equals(before.get(MODEL));
        return new Inputs(
                either(model, before.get(MODEL)),
                sameModel ? either(classifier, before.get(CLASSIFIER)) : classifier,
                either(train, before.get(TRAIN)),
                either(validation, before.get(VALIDATION)),
                either(test, before.get(TEST)),
                either(poisonedTest, before.get(POISONED_TEST)),
                target);
    }

    private static String either(String one, String other) {
        return one != null ? one : other;
    }

    private static void put(SortedMap<String, String> map, String name, String value) {
        if (value != null) {
            map.put(name, value);
        }
    }
}
