// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.config.Settings;
import org.purespark.config.VetChoice;
import org.purespark.probe.Change;
import org.purespark.probe.InsertionPlace;
import org.purespark.probe.Probe;
import org.purespark.probe.ProbeKind;
import org.purespark.probe.Site;
import org.purespark.run.Fingerprints;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.Storage;
import org.purespark.vet.VetFinding;
import org.purespark.vet.VetReport;
import org.purespark.vet.VetTarget;
import org.purespark.vet.Vetting;

/** The examination of a run's suspect: what it needs, and what the stages after it take from {@code vet.json}. */
final class SuspectVet {
    private SuspectVet() {}

    /**
     * Refuses a suspect that cannot be examined, and a calibration that cannot be read, where the settings ask for it.
     *
     * @throws InputException with the reason and the way out
     */
    static void require(CheckedInputs inputs, Settings settings, Surroundings surroundings) throws IOException {
        String calibration = settings.purify().vetCalibration();
        if (settings.purify().vet() == VetChoice.NONE) {
            if (calibration != null) {
                throw new InputException("purify.vet-calibration=" + calibration
                        + " is for purify.vet=suspect (--vet): set it too, or leave the calibration out");
            }
            return;
        }
        if (!inputs.suspectClassifies()) {
            throw new InputException("purify.vet=suspect (--vet): the suspect "
                    + inputs.given().model().orElseThrow()
                    + " has no classifier for the labels of these texts, and an encoder alone turns no text to a class:"
                    + " name a classifier with --classifier, or leave --vet out");
        }
        try {
            vetting(settings, surroundings.withMessages(line -> {})).check(target(inputs.given()));
        } catch (InputException e) {
            throw new InputException("purify.vet=suspect (--vet): " + e.getMessage() + "; or leave --vet out", e);
        }
        if (calibration != null) {
            Vetting.Known.read(surroundings.storage(), calibration);
        }
    }

    static Vetting vetting(Settings settings, Surroundings surroundings) {
        return new Vetting(
                surroundings.storage(),
                surroundings.evaluator(),
                settings,
                surroundings.versions().project(),
                surroundings.messages());
    }

    static VetTarget target(Inputs given) {
        return new VetTarget(
                given.modelAddress(),
                given.address(Inputs.CLEAN_MODEL).orElse(null),
                given.address(texts(given)).orElseThrow());
    }

    /** The name of the input whose texts are used: clean ones that no training sees, if there are. */
    static String texts(Inputs given) {
        return List.of(Inputs.TEST, Inputs.VALIDATION, Inputs.TRAIN).stream()
                .filter(name -> given.address(name).isPresent())
                .findFirst()
                .orElseThrow();
    }

    /**
     * The {@code vet.json} of a run directory, if it is of this suspect. The command {@code vet} may have written it,
     * of this model or of another one.
     *
     * @param model digest of the suspect's files
     * @throws InputException if the file is there and not valid
     */
    static Optional<VetReport> of(Storage storage, RunDirectory run, String model) throws IOException {
        return storage.exists(run.file(RunDirectory.VET))
                ? Optional.of(VetReport.read(storage, run.address()))
                        .filter(report -> report.subject().digest().equals("sha256:" + model))
                : Optional.empty();
    }

    /** The same with the suspect that {@code run.json} names. */
    static Optional<VetReport> of(Storage storage, RunDirectory run) throws IOException {
        String model = run.record()
                .map(record -> record.inputs().get(Inputs.MODEL))
                .map(input -> input.digest())
                .orElse(null);
        return model == null ? Optional.empty() : of(storage, run, model);
    }

    /** The triggers that an examination of a run's suspect has found, as probes; none without one. */
    static List<Probe> found(Storage storage, RunDirectory directory, CheckedInputs inputs) {
        try {
            return of(
                            storage,
                            directory,
                            inputs.fingerprints().get(Inputs.MODEL).digest())
                    .map(SuspectVet::probes)
                    .orElse(List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + directory.file(RunDirectory.VET), e);
        }
    }

    /** Names of found triggers: what is measured with them depends on these. */
    static String names(List<Probe> found) {
        return found.stream().map(Probe::name).collect(Collectors.joining("; "));
    }

    /** Changes with the report. */
    static String digest(VetReport report) {
        return Fingerprints.digest(JsonFiles.line(report));
    }

    /** Its triggers as probes, the strongest first, each once. */
    static List<Probe> probes(VetReport report) {
        Map<String, Probe> probes = new LinkedHashMap<>();
        for (VetFinding finding : report.findings()) {
            String name = "found: " + finding.trigger() + " (" + finding.position() + ")";
            probes.putIfAbsent(name, new Probe(name, kind(finding.trigger()), insertion(finding)));
        }
        return List.copyOf(probes.values());
    }

    private static ProbeKind kind(String trigger) {
        return trigger.chars().anyMatch(Character::isWhitespace) ? ProbeKind.NAME : ProbeKind.WORD;
    }

    private static Change insertion(VetFinding finding) {
        return new Change.Insertion(
                finding.trigger(),
                Site.BETWEEN_WORDS,
                switch (finding.position()) {
                    case "start" -> InsertionPlace.START;
                    case "end" -> InsertionPlace.END;
                    default -> InsertionPlace.RANDOM;
                });
    }
}
