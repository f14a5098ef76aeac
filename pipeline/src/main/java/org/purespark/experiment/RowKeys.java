// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.config.ResolvedSettings;
import org.purespark.config.SettingKeys;
import org.purespark.config.Settings;
import org.purespark.poison.PoisonRequest;
import org.purespark.run.Fingerprints;
import org.purespark.storage.Storage;

/** The keys of an experiment's rows: digests of all that the figures of a repair depend on. Names are not among it. */
public final class RowKeys {
    private static final String USUAL = "key-defaults.json";

    private final Storage storage;
    private final Experiment experiment;
    private final Map<String, JsonNode> usual = usual();
    private final Map<String, String> digests = new LinkedHashMap<>();

    /** @param storage of models and texts, whose contents are read once */
    public RowKeys(Storage storage, Experiment experiment) {
        this.storage = storage;
        this.experiment = experiment;
    }

    /**
     * The key of a repair: contents of the inputs, attack, all settings that change results.
     *
     * @throws InputException naming a model or file that is not there
     */
    public String of(Cell cell, Cell.PlannedRepair repair) throws IOException {
        List<String> parts = new ArrayList<>(partsOf(cell.suspect()));
        parts.add("settings " + unusual(repair.settings()));
        if (repair.otherModels() == Experiment.OtherModels.NONE) {
            parts.add("no other models");
        }
        return Fingerprints.digest(String.join("\n", parts)).substring(0, 16);
    }

    /**
     * What tells a suspect from another one of the same name, such as that of an attack whose rate was changed since.
     *
     * @throws InputException naming a model or file that is not there
     */
    String ofSuspect(Cell.SuspectOf suspect) throws IOException {
        return Fingerprints.digest(String.join("\n", partsOf(suspect))).substring(0, 8);
    }

    private List<String> partsOf(Cell.SuspectOf suspect) throws IOException {
        Experiment.PlannedAttack attack = suspect.attack();
        return List.of(
                "model " + digest("model", suspect.model().address()),
                "other " + digest("model", suspect.model().other()),
                "train " + digest("train", experiment.data().train()),
                "validation " + digest("validation", experiment.data().validation()),
                "test " + digest("test", experiment.data().test()),
                "attack " + attack.attack() + ", target " + attack.target() + ", rate " + attack.rate() + ", options "
                        + options(attack),
                "poisoned-train " + digest("poisoned-train", attack.poisonedTrain()),
                "poisoned-test " + digest("poisoned-test", attack.poisonedTest()),
                "suspect's settings " + unusual(suspect.settings()));
    }

    /** What the attack has besides target and rate. */
    private static Map<String, String> options(Experiment.PlannedAttack attack) {
        Map<String, String> options = new TreeMap<>();
        if (attack.aim() != PoisonRequest.Aim.ONE_TARGET) {
            options.put("aim", attack.aim().name());
        }
        if (attack.strength() != null) {
            options.put("strength", attack.strength().toString());
        }
        return options;
    }

    /** The settings that are not the usual ones, so that a key lasts when the program gets further settings. */
    private Map<String, JsonNode> unusual(Settings settings) {
        Map<String, JsonNode> found = new TreeMap<>();
        ResolvedSettings.flat(settings).forEach((key, value) -> {
            if (SettingKeys.changingResults().contains(key)
                    && !value.toString().equals(usual.get(key).toString())) {
                found.put(key, value);
            }
        });
        return found;
    }

    /** The usual value of each setting that changes results. A default may change; what is usual in keys does not. */
    static Map<String, JsonNode> usual() {
        try (InputStream in = RowKeys.class.getResourceAsStream(USUAL)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + USUAL + " is missing");
            }
            return new ObjectMapper().readValue(in, new TypeReference<TreeMap<String, JsonNode>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + USUAL, e);
        }
    }

    private String digest(String name, String address) throws IOException {
        if (address == null) {
            return "none";
        }
        String known = digests.get(address);
        if (known == null) {
            if (!storage.exists(address)) {
                throw new InputException("there is no " + address + ", which the experiment names");
            }
            known = new Fingerprints(storage).input(name, address).digest();
            digests.put(address, known);
        }
        return known;
    }
}
