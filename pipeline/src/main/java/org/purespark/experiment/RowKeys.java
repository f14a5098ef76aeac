// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.config.ResolvedSettings;
import org.purespark.config.SettingKeys;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.poison.PoisonRequest;
import org.purespark.run.Fingerprints;
import org.purespark.storage.Storage;

/** The keys of an experiment's rows: digests of all that the figures of a repair depend on. Names are not among it. */
public final class RowKeys {
    private final Storage storage;
    private final Experiment experiment;
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
        Cell.SuspectOf suspect = cell.suspect();
        Experiment.PlannedAttack attack = suspect.attack();
        List<String> parts = new ArrayList<>();
        parts.add("model " + digest("model", suspect.model().address()));
        parts.add("other " + digest("model", suspect.model().other()));
        parts.add("train " + digest("train", experiment.data().train()));
        parts.add("validation " + digest("validation", experiment.data().validation()));
        parts.add("test " + digest("test", experiment.data().test()));
        parts.add("attack " + attack.attack() + ", target " + attack.target() + ", rate " + attack.rate() + ", options "
                + options(attack));
        parts.add("poisoned-train " + digest("poisoned-train", attack.poisonedTrain()));
        parts.add("poisoned-test " + digest("poisoned-test", attack.poisonedTest()));
        parts.add("suspect's settings " + unusual(suspect.settings()));
        parts.add("settings " + unusual(repair.settings()));
        if (repair.otherModels() == Experiment.OtherModels.NONE) {
            parts.add("no other models");
        }
        return Fingerprints.digest(String.join("\n", parts)).substring(0, 16);
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

    /** The settings that are not the defaults, so that a key lasts when the program gets further settings. */
    private static Map<String, JsonNode> unusual(Settings settings) {
        Map<String, JsonNode> usual = ResolvedSettings.flat(SettingsLoader.defaults());
        Map<String, JsonNode> found = new TreeMap<>();
        ResolvedSettings.flat(settings).forEach((key, value) -> {
            if (SettingKeys.changingResults().contains(key) && !value.equals(usual.get(key))) {
                found.put(key, value);
            }
        });
        return found;
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
