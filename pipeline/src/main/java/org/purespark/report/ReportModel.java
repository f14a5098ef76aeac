// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.purespark.heads.Head;
import org.purespark.metrics.FlipTargets;
import org.purespark.run.InputFingerprint;
import org.purespark.run.RunRecord;
import org.purespark.run.StageEntry;
import org.purespark.run.StageName;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.NormalizationFile;
import org.purespark.run.artifact.ProbesFile;
import org.purespark.run.artifact.PrunedHeadsFile;
import org.purespark.run.artifact.RepairFile;
import org.purespark.run.event.Event;
import org.purespark.task.Measure;
import org.purespark.task.TaskKind;

/**
 * The content of a run directory: the one source of the HTML report and of the console table. The part of a stage that
 * has not run is empty.
 *
 * @param runDirectory address of the run directory, as the user gave it
 * @param run {@code run.json}
 * @param labels class names by number, 0 to C - 1; empty if unknown
 * @param training one curve for each training stage, in order of first appearance
 * @param prunedHeads {@code pruned-heads.json}; empty too if the defence does not prune these heads
 * @param repair {@code repair.json}
 * @param warnings for the reader, in order, each once
 */
public record ReportModel(
        String runDirectory,
        Optional<RunRecord> run,
        List<String> labels,
        Optional<HeadScoresFile> headScores,
        Optional<PrunedHeadsFile> prunedHeads,
        Optional<NormalizationFile> normalization,
        Optional<RepairFile> repair,
        Optional<MetricsFile> metrics,
        Optional<ProbesFile> probes,
        List<TrainingCurve> training,
        List<String> warnings) {
    private static final String MODEL = "model";

    public ReportModel {
        labels = List.copyOf(labels);
        training = List.copyOf(training);
        warnings = List.copyOf(warnings);
    }

    /**
     * The records of one training stage.
     *
     * @param steps by number, each number once
     * @param epochs by number, each number once
     */
    public record TrainingCurve(StageName stage, List<Event.StepLoss> steps, List<Event.EpochFinished> epochs) {
        public TrainingCurve {
            steps = List.copyOf(steps);
            epochs = List.copyOf(epochs);
        }
    }

    /** Wall-clock time of a stage. */
    public record StageTime(String stage, double seconds) {}

    /** Time of each stage in order: the stages of the stage table, then those that are only in {@code metrics.json}. */
    public List<StageTime> stageTimes() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        run.ifPresent(record -> record.stages().forEach((stage, entry) -> seconds.put(stage.text(), entry.seconds())));
        metrics.ifPresent(known -> known.seconds().forEach(seconds::putIfAbsent));
        List<StageTime> times = new ArrayList<>();
        seconds.forEach((stage, value) -> times.add(new StageTime(stage, value)));
        return List.copyOf(times);
    }

    /** Whether the purified model is made by PURE, as far as the run directory tells. */
    public boolean isPure() {
        return repair.map(made -> made.defence().equals("pure")).orElse(true);
    }

    /** The chosen heads by (layer, head); none before the stage prune. */
    public List<Head> pruned() {
        return prunedHeads.map(file -> List.copyOf(file.heads())).orElse(List.of());
    }

    /** {@code prune.policy}, where it is not the search in groups. */
    Optional<String> otherPolicy() {
        return run.map(record -> record.stages().get(StageName.PRUNE))
                .map(entry -> entry.settings().get("prune.policy"))
                .map(JsonNode::asText)
                .filter(policy -> !policy.equals("groups"));
    }

    /** L · A, where the scores are known. */
    public OptionalLong totalHeads() {
        return headScores.isPresent()
                ? OptionalLong.of((long) headScores.get().measured().layers()
                        * headScores.get().measured().heads())
                : OptionalLong.empty();
    }

    /** The class's name, else its number. */
    public String labelName(int label) {
        return label < labels.size() ? labels.get(label) : Integer.toString(label);
    }

    /** What the models are measured by on clean texts; accuracy where no file tells. */
    public Measure measure() {
        return metrics.map(MetricsFile::measure)
                .or(() -> headScores.map(HeadScoresFile::measure))
                .orElse(Measure.ACCURACY);
    }

    /** The name of the target that is measured, as it was when it was measured; empty without one. */
    public Optional<String> targetName() {
        return metrics.flatMap(figures -> Optional.ofNullable(figures.targetName())
                .or(() -> Optional.ofNullable(figures.target()).map(this::targetName)));
    }

    /** The name of what an attack may want. */
    public String targetName(int target) {
        return new FlipTargets(task(), labels).name(target);
    }

    /** What happens to a flipped text, in words: {@code flips to class positive}. */
    String flipWords(int target) {
        return switch (task()) {
            case ONE_LABEL -> "flips to class " + targetName(target);
            case MANY_LABELS -> "flips to " + targetName(target);
            case SCORE -> "moves the score " + targetName(target);
        };
    }

    private TaskKind task() {
        return switch (measure()) {
            case ACCURACY -> TaskKind.ONE_LABEL;
            case MICRO_F1 -> TaskKind.MANY_LABELS;
            case RANK_CORRELATION, NDCG -> TaskKind.SCORE;
        };
    }

    /**
     * The model that a stage measured, in words: the baseline, or the one that a command was given.
     *
     * @param stage score or prune
     */
    String measuredModel(StageName stage) {
        Optional<StageEntry> entry = run.map(record -> record.stages().get(stage));
        if (entry.isEmpty() || entry.get().upstream().containsKey(StageName.BASELINE)) {
            return "the baseline";
        }
        String digest = entry.get().inputs().get(MODEL);
        return run.map(record -> record.inputs().get(MODEL))
                .filter(input -> input.digest().equals(digest))
                .map(input -> "the model " + input.address() + " (--model)")
                .orElse("another model (--model)");
    }

    /** Address of the suspect; empty where it is not known, since a later stage was given another model. */
    Optional<String> suspect() {
        Optional<InputFingerprint> latest = run.map(record -> record.inputs().get(MODEL));
        Optional<String> used = run.map(record -> record.stages().get(StageName.BASELINE))
                .map(entry -> entry.inputs().get(MODEL));
        return latest.filter(input -> used.isEmpty() || used.get().equals(input.digest()))
                .map(InputFingerprint::address);
    }
}
