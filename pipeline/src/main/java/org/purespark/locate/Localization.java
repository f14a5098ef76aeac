// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.Settings;
import org.purespark.defence.OtherEncoder;
import org.purespark.encoder.ParameterList;
import org.purespark.evaluate.ModelSource;
import org.purespark.heads.Head;
import org.purespark.locate.LocateFile.Measured;
import org.purespark.metrics.Tally;
import org.purespark.purify.Inputs;
import org.purespark.purify.MeasuredSuspect;
import org.purespark.purify.MeasuredSuspect.Texts;
import org.purespark.purify.Surroundings;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.artifact.MetricsFile.Figures;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;

/**
 * Says where a backdoor sits: changes one part of a suspect after the other, and measures what is left of the attack
 * and of the accuracy. A part whose change takes the attack and leaves the accuracy is one that the attack needs.
 */
public final class Localization {
    private final Surroundings surroundings;
    private final Settings settings;

    public Localization(Surroundings surroundings, Settings settings) {
        this.surroundings = surroundings;
        this.settings = settings;
    }

    /** How fine the changes are. */
    public enum Detail {
        LAYERS,
        /** Each attention head by itself, too. */
        HEADS
    }

    /**
     * Measures all changes, and writes them.
     *
     * @param given the suspect, clean texts as {@code test}, triggered ones, the target, and for transplants a clean
     *     model
     * @param out address of the file to write
     * @return what the file has
     * @throws InputException if an input is wrong, the clean model does not fit, or no text can flip to the target;
     *     then nothing is written
     */
    public LocateFile run(Inputs given, Detail detail, String out) throws IOException {
        Storage storage = surroundings.storage();
        requireWritable(storage, given, out);
        try (MeasuredSuspect suspect = MeasuredSuspect.read(surroundings, settings, given)) {
            List<Change> changes = plan(given, suspect.suspect().address(), detail);
            surroundings.messages().accept("locate: " + changes.size() + " changes of the suspect");
            List<Figures> figures =
                    measure(suspect, changes, given.poisonedTest().orElseThrow());
            List<Measured> measured = new ArrayList<>();
            for (int i = 0; i < changes.size(); i++) {
                Change change = changes.get(i);
                measured.add(new Measured(change.way(), change.place(), figures.get(i + 1)));
            }
            LocateFile file = new LocateFile(
                    LocateFile.SCHEMA,
                    given.model().orElseThrow(),
                    given.address(Inputs.CLEAN_MODEL).orElse(null),
                    suspect.task().measure(),
                    suspect.target(),
                    suspect.targetName(),
                    suspect.size(Texts.CLEAN),
                    suspect.size(Texts.TRIGGERED),
                    figures.get(0),
                    measured);
            storage.replace(out, JsonFiles.indented(file));
            return file;
        }
    }

    private List<Change> plan(Inputs given, ModelAddress address, Detail detail) throws IOException {
        Storage storage = surroundings.storage();
        Checkpoint suspect = new CheckpointReader(storage).read(address);
        ParameterList parameters = ParameterList.of(
                suspect.encoder(), suspect.classifierKind(), suspect.labels().size());
        ChangePlan plan = new ChangePlan(suspect.encoder(), parameters, detail);
        List<Change> changes = new ArrayList<>(plan.switchedOff());
        if (given.address(Inputs.CLEAN_MODEL).isPresent()) {
            ModelAddress clean =
                    ModelAddress.of(given.address(Inputs.CLEAN_MODEL).get());
            Checkpoint read = OtherEncoder.read(storage, clean, suspect);
            changes.addAll(plan.transplants(new ChangePlan.Clean(clean, fitting(read, suspect))));
        }
        return changes;
    }

    /** The clean model's tensors that may stand in the suspect: another kind of classifier computes with others. */
    private static SortedSet<String> fitting(Checkpoint clean, Checkpoint suspect) {
        SortedSet<String> names = new TreeSet<>(clean.tensors().keySet());
        if (!clean.classifierKind().equals(suspect.classifierKind())) {
            ParameterList.of(
                            clean.encoder(),
                            clean.classifierKind(),
                            clean.labels().size())
                    .specs()
                    .forEach(parameter -> {
                        if (parameter.part().inClassifier()) {
                            names.remove(parameter.name());
                        }
                    });
        }
        return names;
    }

    /** Figures of the suspect, and then of each change. */
    private List<Figures> measure(MeasuredSuspect suspect, List<Change> changes, String poisonedTest) {
        Map<Integer, Figures> found = new LinkedHashMap<>();
        List<Integer> places = new ArrayList<>();
        List<SortedSet<Head>> sets = new ArrayList<>();
        places.add(0);
        sets.add(Collections.emptySortedSet());
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i) instanceof Change.ClosedHeads closed) {
                places.add(i + 1);
                sets.add(closed.heads());
            }
        }
        List<Figures> closed = figures(suspect, "locate: suspect, and attention off", suspect.suspect(), sets);
        for (int i = 0; i < places.size(); i++) {
            found.put(places.get(i), closed.get(i));
        }
        if (closed.get(0).labelFlipRate() == null) {
            throw new InputException("--poisoned-test " + poisonedTest + ": none of its texts can flip to the target "
                    + suspect.targetName() + ", as all of them have it: give triggered texts with their true labels");
        }
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i) instanceof Change.OtherWeights other) {
                String label = "locate: " + (i + 1) + " of " + changes.size() + ", "
                        + other.place().inWords() + ", " + other.way().text();
                ModelSource changed = suspect.suspect().with(other.change());
                found.put(
                        i + 1,
                        figures(suspect, label, changed, List.of(Collections.emptySortedSet()))
                                .get(0));
            }
        }
        List<Figures> all = new ArrayList<>();
        for (int i = 0; i <= changes.size(); i++) {
            all.add(found.get(i));
        }
        return all;
    }

    /** One for each set of closed heads. */
    private List<Figures> figures(
            MeasuredSuspect suspect, String label, ModelSource model, List<SortedSet<Head>> closed) {
        List<Tally> clean =
                surroundings.evaluator().tallies(suspect.pass(Texts.CLEAN, label + ", clean texts", model), closed);
        List<Tally> triggered = surroundings
                .evaluator()
                .tallies(suspect.pass(Texts.TRIGGERED, label + ", triggered texts", model), closed);
        List<Figures> figures = new ArrayList<>();
        for (int i = 0; i < closed.size(); i++) {
            figures.add(new Figures(
                    orNull(clean.get(i).quality()),
                    orNull(triggered.get(i).labelFlipRate(suspect.target())),
                    orNull(clean.get(i).labelFlipRate(suspect.target()))));
        }
        return figures;
    }

    private static Double orNull(OptionalDouble share) {
        return share.isPresent() ? share.getAsDouble() : null;
    }

    /**
     * Refuses a place for the file that is no file of its own; writes nothing.
     *
     * @throws InputException if it is a directory, or would change an input
     */
    public static void requireWritable(Storage storage, Inputs given, String out) throws IOException {
        Map<String, String> inputs = new LinkedHashMap<>();
        given.given().forEach((name, address) -> inputs.put(option(name), address));
        OutputPlaces.ofFile("--out", out).requireApart(storage, inputs);
        if (storage.isDirectory(out)) {
            throw new InputException(
                    "--out " + out + " is a directory: name a file, such as " + Storage.child(out, "located.json"));
        }
    }

    /** The option that names an input. */
    private static String option(String input) {
        return input.equals(Inputs.TEST) ? "--data" : "--" + input;
    }
}
