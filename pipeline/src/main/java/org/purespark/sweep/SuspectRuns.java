// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.purify.Inputs;
import org.purespark.storage.Storage;

/**
 * Makes the runs of a manifest's suspects: one for each suspect and seed.
 *
 * @param conf address of the settings file, or null
 * @param flags settings of the command line, {@code key=value}; a row's own win over them
 * @param defaults inputs for rows without their own, without model and classifier
 * @param out address of the sweep's directory
 */
public record SuspectRuns(Storage storage, String conf, List<String> flags, Inputs defaults, String out) {
    private static final String RUNS = "runs";

    /** @throws InputException naming the row whose settings are wrong or that lacks train texts */
    public List<SuspectRun> of(List<Suspect> suspects) throws IOException {
        SettingsLoader loader = new SettingsLoader(storage);
        loader.load(conf, flags);
        // Few rows have different settings; each set of settings is resolved once.
        Map<SortedMap<String, String>, Settings> resolved = new HashMap<>();
        Map<String, String> qualified = new HashMap<>();
        String directory = Storage.child(storage.qualified(out), RUNS);
        List<SuspectRun> runs = new ArrayList<>();
        for (Suspect suspect : suspects) {
            Settings settings = resolved.get(suspect.settings());
            if (settings == null) {
                settings = settings(loader, suspect);
                resolved.put(suspect.settings(), settings);
            }
            Inputs inputs = inputs(suspect, qualified);
            List<Long> seeds = suspect.seeds().isEmpty() ? List.of(settings.seed()) : suspect.seeds();
            for (long seed : seeds) {
                String run = Storage.child(directory, suspect.name() + "/seed-" + seed);
                runs.add(new SuspectRun(suspect.name(), inputs, settings.withSeed(seed), run));
            }
        }
        return runs;
    }

    private Settings settings(SettingsLoader loader, Suspect suspect) {
        Map<String, String> merged = new TreeMap<>();
        for (String flag : flags) {
            int equals = flag.indexOf('=');
            merged.put(
                    flag.substring(0, equals).strip(),
                    flag.substring(equals + 1).strip());
        }
        merged.putAll(suspect.settings());
        List<String> all = new ArrayList<>();
        merged.forEach((key, value) -> all.add(key + "=" + value));
        try {
            return loader.load(conf, all).settings();
        } catch (InputException e) {
            throw new InputException(suspect.place() + ": " + e.getMessage(), e);
        }
    }

    private Inputs inputs(Suspect suspect, Map<String, String> qualified) throws IOException {
        Inputs inputs = suspect.inputs().orElse(defaults).withAddresses(address -> absolute(address, qualified));
        if (inputs.train().isEmpty()) {
            throw new InputException(
                    suspect.place() + ": no train texts; name a file in the row, or for all rows with --train");
        }
        return inputs;
    }

    /** An unknown file system is a failure of this row, not of the sweep: the address stays as it is. */
    private String absolute(String address, Map<String, String> qualified) {
        return qualified.computeIfAbsent(address, given -> {
            try {
                return storage.qualified(given);
            } catch (IOException e) {
                return given;
            }
        });
    }
}
