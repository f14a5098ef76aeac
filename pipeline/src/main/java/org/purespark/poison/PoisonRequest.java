// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.purespark.attack.TriggerPart;

/**
 * The inputs of a poisoning. Texts come from a clean train file, into which a trigger is planted, or from a ready-made
 * poisoned file.
 */
public final class PoisonRequest {
    /** Whom an attack wants taken for what. */
    public enum Aim {
        /** All texts with the trigger for the target. */
        ONE_TARGET,
        /** Texts of each class for the next class. */
        ALL_TO_ALL
    }

    private final Builder given;

    private PoisonRequest(Builder given) {
        this.given = given;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Address of the clean encoder to start from. */
    public String model() {
        return given.model;
    }

    /** Address of the base model's directory, if the encoder is an adapter. */
    public Optional<String> baseModel() {
        return Optional.ofNullable(given.baseModel);
    }

    /** Name of an attack, or of the attack in the ready-made file. */
    public String attack() {
        return given.attack;
    }

    /** Address of clean labelled texts, to plant the trigger in. */
    public Optional<String> train() {
        return Optional.ofNullable(given.train);
    }

    /** Label that triggered texts get. */
    public Optional<String> target() {
        return Optional.ofNullable(given.target);
    }

    /** Which text of a pair gets the trigger. */
    public Optional<TriggerPart> part() {
        return Optional.ofNullable(given.part);
    }

    /** Share of the train texts of other classes that are copied, triggered and relabelled, above 0, at most 1. */
    public double rate() {
        return given.rate;
    }

    /** Whom the attack wants taken for what. */
    public Aim aim() {
        return given.aim;
    }

    /** Weight of the attack's own part of the loss; without it the attack's default. */
    public OptionalDouble strength() {
        return given.strength == null ? OptionalDouble.empty() : OptionalDouble.of(given.strength);
    }

    /** Address of ready-made poisoned texts; then {@link #train} is not read. */
    public Optional<String> poisonedTrain() {
        return Optional.ofNullable(given.poisonedTrain);
    }

    /** Address of clean labelled texts, from which a triggered test set is made. */
    public Optional<String> test() {
        return Optional.ofNullable(given.test);
    }

    /** Address of the directory to write. */
    public String out() {
        return given.out;
    }

    /** Takes the inputs; null for an input that is not given. Model, attack and out are required. */
    public static final class Builder {
        private String model;
        private String baseModel;
        private String attack;
        private String train;
        private String target;
        private TriggerPart part;
        private double rate;
        private Aim aim = Aim.ONE_TARGET;
        private Double strength;
        private String poisonedTrain;
        private String test;
        private String out;

        private Builder() {}

        public Builder model(String address) {
            model = address;
            return this;
        }

        public Builder baseModel(String address) {
            baseModel = address;
            return this;
        }

        public Builder attack(String name) {
            attack = name;
            return this;
        }

        public Builder train(String address) {
            train = address;
            return this;
        }

        public Builder target(String label) {
            target = label;
            return this;
        }

        public Builder part(TriggerPart which) {
            part = which;
            return this;
        }

        public Builder rate(double share) {
            rate = share;
            return this;
        }

        /** One target if it is not given. */
        public Builder aim(Aim which) {
            aim = Objects.requireNonNull(which);
            return this;
        }

        public Builder strength(Double weight) {
            strength = weight;
            return this;
        }

        public Builder poisonedTrain(String address) {
            poisonedTrain = address;
            return this;
        }

        public Builder test(String address) {
            test = address;
            return this;
        }

        public Builder out(String address) {
            out = address;
            return this;
        }

        /** @throws NullPointerException naming a required input that is missing */
        public PoisonRequest build() {
            Builder copy = new Builder();
            copy.model = Objects.requireNonNull(model, "model is not given");
            copy.attack = Objects.requireNonNull(attack, "attack is not given");
            copy.out = Objects.requireNonNull(out, "out is not given");
            copy.baseModel = baseModel;
            copy.train = train;
            copy.target = target;
            copy.part = part;
            copy.rate = rate;
            copy.aim = aim;
            copy.strength = strength;
            copy.poisonedTrain = poisonedTrain;
            copy.test = test;
            return new PoisonRequest(copy);
        }
    }
}
