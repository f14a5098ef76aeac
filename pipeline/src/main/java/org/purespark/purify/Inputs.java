// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.purespark.checkpoint.AdapterBase;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.storage.Storage;

/** Addresses of the inputs of a purification, and the label of the attack's target class, as the user gives them. */
public final class Inputs implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The suspect's directory, or for a single stage the directory of its model. */
    public static final String MODEL = "model";

    /** Safetensors file of its classifier. */
    public static final String CLASSIFIER = "classifier";

    /** Directory of the base model, if the suspect is an adapter. */
    public static final String BASE_MODEL = "base-model";

    /** Directory of the clean pre-trained model that the suspect was made from; some defences need it. */
    public static final String CLEAN_MODEL = "clean-model";

    /** Directory of another model of the same architecture; some defences need it. */
    public static final String OTHER_MODEL = "other-model";

    /** Clean labelled texts. */
    public static final String TRAIN = "train";

    /** Without it, a seeded share of train is held out. */
    public static final String VALIDATION = "validation";

    /** Without it, the validation texts are used. */
    public static final String TEST = "test";

    /** Triggered texts with their true labels. */
    public static final String POISONED_TEST = "poisoned-test";

    /** The setting {@code probe.battery-file} names it, not an option. */
    public static final String PROBE_BATTERY = "probe-battery";

    /** The setting {@code purify.vet-calibration} names it, not an option of a stage. */
    public static final String VET_CALIBRATION = "vet-calibration";

    /** The names of all inputs that have an option. */
    public static final List<String> NAMES =
            List.of(MODEL, CLASSIFIER, BASE_MODEL, CLEAN_MODEL, OTHER_MODEL, TRAIN, VALIDATION, TEST, POISONED_TEST);

    private final TreeMap<String, String> addresses;
    private final String target;

    private Inputs(TreeMap<String, String> addresses, String target) {
        this.addresses = addresses;
        this.target = target;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The address of the input with that name, one of {@link #NAMES}. */
    public Optional<String> address(String name) {
        return Optional.ofNullable(addresses.get(requireKnown(name)));
    }

    public Optional<String> model() {
        return address(MODEL);
    }

    public Optional<String> classifier() {
        return address(CLASSIFIER);
    }

    public Optional<String> baseModel() {
        return address(BASE_MODEL);
    }

    /**
     * The suspect's files.
     *
     * @throws java.util.NoSuchElementException if no model is given
     */
    public ModelAddress modelAddress() {
        return new ModelAddress(
                model().orElseThrow(), classifier().orElse(null), baseModel().orElse(null));
    }

    /**
     * The same with the base model's directory where the suspect is an adapter.
     *
     * @throws org.purespark.InputException if a base is given for a model that is no adapter, or none is found for an
     *     adapter
     */
    public Inputs withBase(Storage storage) throws IOException {
        if (model().isEmpty()) {
            return this;
        }
        TreeMap<String, String> all = new TreeMap<>(addresses);
        AdapterBase.of(storage, modelAddress()).ifPresent(base -> all.put(BASE_MODEL, base));
        return new Inputs(all, target);
    }

    public Optional<String> train() {
        return address(TRAIN);
    }

    public Optional<String> validation() {
        return address(VALIDATION);
    }

    public Optional<String> test() {
        return address(TEST);
    }

    public Optional<String> poisonedTest() {
        return address(POISONED_TEST);
    }

    /** Label of the attack's target class; without it, the class with the most flips. */
    public Optional<String> target() {
        return Optional.ofNullable(target);
    }

    /** The given addresses, by name. */
    public SortedMap<String, String> given() {
        return Collections.unmodifiableSortedMap(addresses);
    }

    /**
     * Takes missing inputs from {@code other}; a classifier and a base belong to their model and are never used with
     * another one.
     */
    public Inputs orElse(Inputs other) {
        TreeMap<String, String> all = new TreeMap<>(other.addresses);
        if (model().isPresent() && !model().equals(other.model())) {
            all.remove(CLASSIFIER);
            all.remove(BASE_MODEL);
        }
        all.putAll(addresses);
        return new Inputs(all, target == null ? other.target : target);
    }

    /** The same inputs, with each address changed. */
    public Inputs withAddresses(UnaryOperator<String> change) {
        TreeMap<String, String> changed = new TreeMap<>(addresses);
        changed.replaceAll((name, address) -> change.apply(address));
        return new Inputs(changed, target);
    }

    private static String requireKnown(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("no input is called " + name + "; the inputs are " + NAMES);
        }
        return name;
    }

    /** Takes the inputs; null for an input that is not given. */
    public static final class Builder {
        private final TreeMap<String, String> addresses = new TreeMap<>();
        private String target;

        private Builder() {}

        /**
         * @param name one of {@link Inputs#NAMES}
         * @throws IllegalArgumentException for any other name
         */
        public Builder address(String name, String address) {
            if (address == null) {
                addresses.remove(requireKnown(name));
            } else {
                addresses.put(requireKnown(name), address);
            }
            return this;
        }

        public Builder model(String address) {
            return address(MODEL, address);
        }

        public Builder classifier(String address) {
            return address(CLASSIFIER, address);
        }

        public Builder baseModel(String address) {
            return address(BASE_MODEL, address);
        }

        public Builder cleanModel(String address) {
            return address(CLEAN_MODEL, address);
        }

        public Builder otherModel(String address) {
            return address(OTHER_MODEL, address);
        }

        public Builder train(String address) {
            return address(TRAIN, address);
        }

        public Builder validation(String address) {
            return address(VALIDATION, address);
        }

        public Builder test(String address) {
            return address(TEST, address);
        }

        public Builder poisonedTest(String address) {
            return address(POISONED_TEST, address);
        }

        public Builder target(String label) {
            target = label;
            return this;
        }

        public Inputs build() {
            return new Inputs(new TreeMap<>(addresses), target);
        }
    }
}
