// SPDX-License-Identifier: Apache-2.0
package org.purespark.policy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.config.HoconText;
import org.purespark.metrics.Verdict.AttackState;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;
import org.purespark.vet.VetVerdict;

/** Reads a policy's file, which is HOCON (JSON is a part of it). */
public final class PolicyReader {
    private static final List<String> KEYS =
            List.of(Policy.FLIP_EXCESS, Policy.ACCURACY_LOST, Policy.PURIFIED_VERDICTS, Policy.VET_VERDICTS);

    private final String address;
    private final Config config;

    private PolicyReader(String address, Config config) {
        this.address = address;
        this.config = config;
    }

    /**
     * The policy in a file.
     *
     * @throws InputException if there is no such file, or it has an unknown key, a wrong value, or no key; the message
     *     names file and key
     */
    public static Policy read(Storage storage, String address) throws IOException {
        String text;
        try {
            text = storage.readText(address, FileKind.POLICY);
        } catch (FileNotFoundException e) {
            throw new InputException("cannot read the policy " + address + ": there is no such file", e);
        }
        return new PolicyReader(address, HoconText.parse(text, "the policy " + address, address)).policy();
    }

    private Policy policy() {
        for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
            if (!KEYS.contains(entry.getKey())) {
                throw new InputException("unknown key " + Shown.of(entry.getKey()) + " in the policy " + address
                        + ": the keys are " + String.join(", ", KEYS));
            }
        }
        if (config.isEmpty()) {
            throw new InputException(
                    "the policy " + address + " demands nothing: give one of " + String.join(", ", KEYS));
        }
        return new Policy(
                new Policy.Purified(
                        share(Policy.FLIP_EXCESS),
                        share(Policy.ACCURACY_LOST),
                        verdicts(Policy.PURIFIED_VERDICTS, AttackState.values(), AttackState::text)),
                new Policy.Vet(verdicts(Policy.VET_VERDICTS, VetVerdict.values(), VetVerdict::spelling)));
    }

    private Optional<Double> share(String key) {
        if (!config.hasPath(key)) {
            return Optional.empty();
        }
        ConfigValue value = config.getValue(key);
        if (value.unwrapped() instanceof Number number && number.doubleValue() >= 0 && number.doubleValue() <= 1) {
            return Optional.of(number.doubleValue());
        }
        throw wrong(key, value, "a number from 0 to 1");
    }

    private <T> Set<T> verdicts(String key, T[] all, Function<T, String> spelling) {
        if (!config.hasPath(key)) {
            return Set.of();
        }
        ConfigValue value = config.getValue(key);
        String allowed = "a list of " + Arrays.stream(all).map(spelling).collect(Collectors.joining(", "));
        if (value.valueType() != ConfigValueType.LIST) {
            throw wrong(key, value, allowed);
        }
        Set<T> found = new HashSet<>();
        for (Object name : (List<?>) value.unwrapped()) {
            found.add(Arrays.stream(all)
                    .filter(verdict -> spelling.apply(verdict).equals(name))
                    .findFirst()
                    .orElseThrow(() -> wrong(key, value, allowed)));
        }
        if (found.isEmpty()) {
            throw wrong(key, value, allowed);
        }
        return found;
    }

    private InputException wrong(String key, ConfigValue value, String allowed) {
        return new InputException("the policy " + address + " has " + key + " = " + Shown.of(value.unwrapped())
                + " (line " + value.origin().lineNumber() + "); allowed: " + allowed);
    }
}
