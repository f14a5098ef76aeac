// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.config.ResolvedSettings;
import org.purespark.config.SettingKeys;
import org.purespark.config.Settings;
import org.purespark.run.Fingerprints;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.Storage;

/**
 * What an unfinished suspect is made from. It is written before the first training and removed when the suspect is
 * finished, so that nobody continues the work of other inputs or settings.
 */
final class PoisonProgress {
    /** Name of the file. */
    static final String FILE = "poison.json";

    private static final int SCHEMA = 1;

    /**
     * The file.
     *
     * @param madeFrom digests of inputs, options and settings, by name
     */
    record Content(int schema, SortedMap<String, String> madeFrom) {}

    private final Storage storage;
    private final String out;
    private final SortedMap<String, String> madeFrom;

    private PoisonProgress(Storage storage, String out, SortedMap<String, String> madeFrom) {
        this.storage = storage;
        this.out = out;
        this.madeFrom = madeFrom;
    }

    /**
     * The progress of a request.
     *
     * @throws InputException if the directory has the unfinished work of another one
     */
    static PoisonProgress of(Storage storage, PoisonRequest request, Settings settings) throws IOException {
        SortedMap<String, String> madeFrom = new TreeMap<>();
        Fingerprints fingerprints = new Fingerprints(storage);
        Map<String, String> inputs = Poisoning.inputs(request);
        for (var input : inputs.entrySet()) {
            if (input.getValue() != null) {
                madeFrom.put(
                        input.getKey(),
                        fingerprints.input(input.getKey(), input.getValue()).digest());
            }
        }
        madeFrom.put("--attack", request.attack());
        request.target().ifPresent(target -> madeFrom.put("--target", target));
        request.part().ifPresent(part -> madeFrom.put("--part", part.text()));
        madeFrom.put("--all-to-all", Boolean.toString(request.aim() == PoisonRequest.Aim.ALL_TO_ALL));
        madeFrom.put("--rate", Double.toString(request.rate()));
        request.strength().ifPresent(weight -> madeFrom.put("--strength", Double.toString(weight)));
        Set<String> changing = SettingKeys.changingResults();
        ResolvedSettings.flat(settings).forEach((key, value) -> {
            boolean counts = key.equals("seed")
                    || key.startsWith("text.")
                    || key.startsWith("task.")
                    || key.startsWith("train.") && !key.equals("train.checkpoint-interval-steps")
                    || key.startsWith("compute.") && changing.contains(key);
            if (counts) {
                madeFrom.put(key, value.toString());
            }
        });
        PoisonProgress progress = new PoisonProgress(storage, request.out(), madeFrom);
        progress.requireTheSame();
        return progress;
    }

    private void requireTheSame() throws IOException {
        if (!storage.exists(file())) {
            return;
        }
        SortedMap<String, String> begun =
                new JsonFiles(storage).read(file(), Content.class, SCHEMA).madeFrom();
        TreeSet<String> others = new TreeSet<>();
        TreeSet<String> names = new TreeSet<>(begun.keySet());
        names.addAll(madeFrom.keySet());
        for (String name : names) {
            if (!Objects.equals(begun.get(name), madeFrom.get(name))) {
                others.add(name);
            }
        }
        if (!others.isEmpty()) {
            throw new InputException(out + " holds an unfinished suspect that was begun with another "
                    + String.join(", ", others)
                    + ": give the same again, remove the directory, or choose another with --out");
        }
    }

    /** Before the first training. What lies there without this file is of no work that could go on. */
    void begin() throws IOException {
        if (!storage.exists(file())) {
            storage.delete(Storage.child(out, Workshop.WORK));
            storage.delete(Storage.child(Storage.child(out, Poisoning.SUSPECT), CheckpointReader.CONFIG_FILE));
            new JsonFiles(storage).write(file(), new Content(SCHEMA, madeFrom));
        }
    }

    /** Whether there is such a file. */
    static boolean isLeft(Storage storage, String out) throws IOException {
        return storage.exists(Storage.child(out, FILE));
    }

    /** After the suspect is finished. */
    static void end(Storage storage, String out) throws IOException {
        storage.delete(Storage.child(out, Workshop.WORK));
        storage.delete(Storage.child(out, FILE));
    }

    private String file() {
        return Storage.child(out, FILE);
    }
}
