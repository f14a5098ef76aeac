// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.purespark.InputException;
import org.purespark.heads.HeadScores;
import org.purespark.run.RunDirectory;
import org.purespark.run.RunRecord;
import org.purespark.run.StageEntry;
import org.purespark.run.StageName;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.NormalizationFile;
import org.purespark.run.artifact.ProbesFile;
import org.purespark.run.artifact.PrunedHeadsFile;
import org.purespark.run.artifact.RepairFile;
import org.purespark.run.event.EventLog;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * Reads a run directory into a {@link ReportModel}. A missing file means that its stage has not run. A file that is
 * there must be valid and fit the others.
 */
public final class RunDirectoryReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Storage storage;
    private final JsonFiles files;

    public RunDirectoryReader(Storage storage) {
        this.storage = storage;
        this.files = new JsonFiles(storage);
    }

    /**
     * Reads the files that are there.
     *
     * @throws InputException if the directory is absent, a file is not what its schema says, or two files contradict
     *     each other in their numbers of layers and heads
     */
    public ReportModel read(String runDirectory) throws IOException {
        if (!storage.isDirectory(runDirectory)) {
            throw new InputException(
                    "no run directory at " + runDirectory + ": name one that a stage has written, with --run DIR");
        }
        Optional<RunRecord> run = file(runDirectory, RunDirectory.RUN, RunRecord.class, RunRecord.SCHEMA);
        TrainingHistory history =
                TrainingHistory.of(EventLog.read(storage, Storage.child(runDirectory, RunDirectory.EVENTS)));
        Set<String> warnings = new LinkedHashSet<>();
        run.ifPresent(record -> warnings.addAll(outdated(record)));
        warnings.addAll(history.warnings());
        Optional<RepairFile> repair = file(runDirectory, RunDirectory.REPAIR, RepairFile.class, RepairFile.SCHEMA);
        boolean ofOtherDefence = repair.isPresent() && !repair.get().usesHeadSearch();
        ReportModel model = new ReportModel(
                runDirectory,
                run,
                labels(runDirectory),
                file(runDirectory, RunDirectory.HEAD_SCORES, HeadScoresFile.class, HeadScoresFile.SCHEMA),
                ofOtherDefence
                        ? Optional.empty()
                        : file(runDirectory, RunDirectory.PRUNED_HEADS, PrunedHeadsFile.class, PrunedHeadsFile.SCHEMA),
                file(runDirectory, RunDirectory.NORMALIZATION, NormalizationFile.class, NormalizationFile.SCHEMA),
                repair,
                file(runDirectory, RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA),
                file(runDirectory, RunDirectory.PROBES, ProbesFile.class, ProbesFile.SCHEMA),
                history.curves(),
                List.copyOf(warnings));
        refuseContradictions(model);
        return model;
    }

    private <T extends Record> Optional<T> file(String runDirectory, String name, Class<T> type, int schema)
            throws IOException {
        String address = Storage.child(runDirectory, name);
        return storage.exists(address) ? Optional.of(files.read(address, type, schema)) : Optional.empty();
    }

    /** Warns of stages whose result is made from an older result of another stage. */
    private static List<String> outdated(RunRecord run) {
        List<String> warnings = new ArrayList<>();
        run.stages().forEach((stage, entry) -> entry.upstream().forEach((source, digest) -> {
            StageEntry now = run.stages().get(source);
            if (now == null && run.attempts().containsKey(source)) {
                warnings.add("the stage " + source.text() + " was started again and has not finished: the result of "
                        + stage.text() + " is from an earlier run");
            } else if (now != null && !now.outputDigest().equals(digest)) {
                warnings.add("the stage " + stage.text() + " was made from an earlier result of " + source.text()
                        + ": run it again");
            }
        }));
        return warnings;
    }

    /** Class names of the purified model, else of the baseline: {@code id2label} of its {@code config.json}. */
    private List<String> labels(String runDirectory) throws IOException {
        for (StageName stage : List.of(StageName.NORMALIZE, StageName.BASELINE)) {
            String checkpoint = stage == StageName.NORMALIZE ? RunDirectory.PURIFIED : RunDirectory.BASELINE;
            String address = Storage.child(Storage.child(runDirectory, checkpoint), "config.json");
            if (storage.exists(address)) {
                return labelsOf(address);
            }
        }
        return List.of();
    }

    private List<String> labelsOf(String address) throws IOException {
        JsonNode names;
        try {
            names = JSON.readTree(storage.readText(address, FileKind.MODEL_CONFIG))
                    .path("id2label");
        } catch (JsonProcessingException e) {
            throw new InputException("cannot read " + address + ": not JSON. Run the stage that writes it again", e);
        }
        List<String> labels = new ArrayList<>();
        for (int label = 0; label < names.size(); label++) {
            JsonNode name = names.path(Integer.toString(label));
            if (!name.isTextual()) {
                throw new InputException("cannot read " + address + ": id2label has no name for class " + label + " of "
                        + names.size() + ". Run the stage that writes it again");
            }
            labels.add(name.textValue());
        }
        return labels;
    }

    private static void refuseContradictions(ReportModel model) {
        if (model.headScores().isEmpty()) {
            return;
        }
        HeadScores scores = model.headScores().get().measured();
        String wayOut = ". The files of " + model.runDirectory()
                + " are not of one run: run the stages score, prune and " + "normalize again";
        try {
            model.prunedHeads().ifPresent(pruned -> pruned.checkFits(scores.layers(), scores.heads()));
        } catch (IllegalArgumentException e) {
            throw new InputException("pruned-heads.json does not fit head-scores.json: " + e.getMessage() + wayOut, e);
        }
        int layers =
                model.normalization().map(known -> known.coefficients().size()).orElse(scores.layers());
        if (layers != scores.layers()) {
            throw new InputException("normalization.json does not fit head-scores.json: it has " + layers
                    + " layers, expected " + scores.layers() + wayOut);
        }
    }
}
