// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.purespark.heads.Head;
import org.purespark.heads.HeadScores;
import org.purespark.metrics.RepairVerdict;
import org.purespark.metrics.Verdict;
import org.purespark.metrics.WilsonInterval;
import org.purespark.probe.ProbeOutcome;
import org.purespark.prune.PruneStep;
import org.purespark.random.SeededRandom;
import org.purespark.run.FileFingerprint;
import org.purespark.run.InputFingerprint;
import org.purespark.run.RunDirectory;
import org.purespark.run.RunRecord;
import org.purespark.run.StageEntry;
import org.purespark.run.StageName;
import org.purespark.run.Versions;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.NormalizationFile;
import org.purespark.run.artifact.ProbesFile;
import org.purespark.run.artifact.PrunedHeadsFile;
import org.purespark.run.event.Event;
import org.purespark.run.event.EventLog;
import org.purespark.storage.Storage;
import org.purespark.task.Measure;

/** A run directory as a complete run leaves it: 12 layers of 12 heads, 9 of them pruned; the same every time. */
final class SyntheticRun {
    static final int LAYERS = 12;
    static final int HEADS = 12;
    static final String MODEL = "file:/data/suspects/all-minilm-l6-v2-badnet";
    static final String VERDICT =
            "Attack broken: the trigger hardly matters any more. Flipped before: 1.000 with trigger, 0.120 "
                    + "without; after:"
                    + " 0.167 with trigger, 0.145 without.";

    static final String REPAIR =
            "Repaired: the attack was seen before and is gone; accuracy on clean texts 0.876 before, 0.878 after.";

    static final Conclusion CONCLUSION = conclusion(VERDICT);

    /** Of a repaired suspect. */
    static Conclusion conclusion(String verdict) {
        return new Conclusion(
                Optional.of(new Conclusion.Judged(
                        new RepairVerdict(RepairVerdict.Outcome.REPAIRED, REPAIR),
                        new Verdict(Verdict.AttackState.BROKEN, verdict))),
                Optional.empty());
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    private static final Map<String, Double> SECONDS = new LinkedHashMap<>();

    static {
        SECONDS.put("baseline", 241.5);
        SECONDS.put("score", 9.3);
        SECONDS.put("prune", 38.2);
        SECONDS.put("normalize", 266.9);
        SECONDS.put("evaluate", 31.0);
    }

    final Storage storage = new Storage(new Configuration());
    final String directory;

    private SyntheticRun(Path directory) {
        this.directory = directory.toUri().toString();
    }

    static SyntheticRun complete(Path directory) {
        SyntheticRun run = new SyntheticRun(directory);
        run.prune(run.scores());
        run.normalization();
        run.metrics();
        run.with(RunDirectory.PROBES, probes());
        run.events();
        run.with(RunDirectory.RUN, record(Map.of()));
        run.with("purified/config.json", "{\"id2label\":{\"0\":\"negative\",\"1\":\"positive\"}}");
        return run;
    }

    static SyntheticRun empty(Path directory) {
        return new SyntheticRun(directory);
    }

    SyntheticRun without(String file) {
        try {
            storage.delete(Storage.child(directory, file));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SyntheticRun with(String file, String content) {
        try {
            storage.replace(Storage.child(directory, file), content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SyntheticRun with(String file, Record content) {
        return with(file, JsonFiles.line(content));
    }

    SyntheticRun with(Event... events) {
        try (EventLog log = new EventLog(storage, Storage.child(directory, RunDirectory.EVENTS), CLOCK)) {
            for (Event event : events) {
                log.log(event);
            }
        }
        return this;
    }

    ReportModel model() throws IOException {
        return new RunDirectoryReader(storage).read(directory);
    }

    static Event.StepLoss step(StageName stage, long step, double loss) {
        return new Event.StepLoss(stage, 1, step, loss, loss, 0, 1, 2e-5, 0.1);
    }

    /** {@code run.json} of a complete run, with these further settings. */
    static RunRecord record(Map<String, String> settings) {
        SortedMap<String, JsonNode> configuration = new TreeMap<>();
        ObjectNode values = JSON.createObjectNode()
                .put("seed", 11)
                .put("text.max-length", 128)
                .put("train.epochs", 3)
                .put("train.learning-rate", 2e-5)
                .put("train.micro-batch", 32)
                .put("prune.group-size", 10)
                .put("prune.threshold", 0.85)
                .put("penalty.lambda", 0.15)
                .put("export.form", "dense")
                .putNull("prune.max-accuracy-drop");
        values.properties().forEach(value -> configuration.put(value.getKey(), value.getValue()));
        settings.forEach((key, value) -> configuration.put(key, values.textNode(value)));
        SortedMap<StageName, StageEntry> stages = new TreeMap<>();
        SortedMap<StageName, Integer> attempts = new TreeMap<>();
        SECONDS.forEach((name, seconds) -> {
            StageName stage = StageName.of(name);
            SortedMap<StageName, String> upstream = new TreeMap<>();
            stage.upstream()
                    .forEach(source -> upstream.put(source, stages.get(source).outputDigest()));
            stages.put(stage, entry(stage, upstream, seconds));
            attempts.put(stage, stage == StageName.NORMALIZE ? 2 : 1);
        });
        return new RunRecord(
                RunRecord.SCHEMA,
                new Versions("0.1.0", "4.1.3", "17.0.15", "1.0.0-M2.1"),
                configuration,
                new TreeMap<>(Map.of("run", 11L)),
                new TreeMap<>(Map.of(
                        "model",
                        new InputFingerprint(
                                MODEL,
                                List.of(
                                        file("config.json", 612, "9f86d081884c7d65"),
                                        file("model.safetensors", 90_868_376, "60303ae22b998861"),
                                        file("tokenizer.json", 466_247, "fd61a03af4f77d87"))),
                        "train",
                        new InputFingerprint(
                                "file:/data/sst2/train.tsv", List.of(file("train.tsv", 716_002, "a4e624d686e03ed2"))),
                        "test",
                        new InputFingerprint(
                                "file:/data/sst2/test.tsv", List.of(file("test.tsv", 193_001, "2767f1f29c3e1c4c"))))),
                attempts,
                stages);
    }

    private static StageEntry entry(StageName stage, SortedMap<StageName, String> upstream, double seconds) {
        return new StageEntry(
                StageEntry.State.COMPLETE,
                "d1ce".repeat(16),
                new TreeMap<>(),
                new TreeMap<>(),
                upstream,
                List.of(file(stage.outputs().get(0), 10, "0123456789abcdef")),
                seconds,
                "2026-01-02T03:04:05Z",
                1);
    }

    private static FileFingerprint file(String name, long size, String quarterOfDigest) {
        return new FileFingerprint(name, size, quarterOfDigest.repeat(4));
    }

    private static SeededRandom random(long key) {
        return SeededRandom.of(11, SeededRandom.Purpose.TEST_WEIGHTS, key);
    }

    /** Writes the scores; the nine lowest heads are returned. */
    private List<Head> scores() {
        SeededRandom random = random(1);
        List<Head> order = new ArrayList<>();
        double[][] values = new double[LAYERS][HEADS];
        for (int layer = 0; layer < LAYERS; layer++) {
            for (int head = 0; head < HEADS; head++) {
                double depth = layer == LAYERS - 1 ? -1.6 : 0;
                values[layer][head] = Math.pow(10, -3 + depth + 0.7 * random.nextGaussian());
                order.add(new Head(layer, head));
            }
        }
        order.sort(Comparator.comparingDouble(head -> values[head.layer()][head.head()]));
        with(
                RunDirectory.HEAD_SCORES,
                new HeadScoresFile(new HeadScores(LAYERS, HEADS, 872, values), 0.8704, Measure.ACCURACY));
        return order.subList(0, 9);
    }

    private void prune(List<Head> pruned) {
        List<PruneStep> steps = List.of(
                new PruneStep(0, 0.8704, false), new PruneStep(10, 0.8486, false), new PruneStep(9, 0.8647, true));
        with(RunDirectory.PRUNED_HEADS, new PrunedHeadsFile(0.85, new TreeSet<>(pruned), steps));
    }

    private void normalization() {
        SeededRandom random = random(2);
        double[] variance = IntStream.range(0, LAYERS)
                .mapToDouble(layer -> Math.pow(10, -2.5 + 0.5 * random.nextGaussian()))
                .toArray();
        double[] inverse =
                IntStream.range(0, LAYERS).mapToDouble(l -> 1 / variance[l]).toArray();
        double least =
                IntStream.range(0, LAYERS).mapToDouble(l -> inverse[l]).min().orElseThrow();
        double most =
                IntStream.range(0, LAYERS).mapToDouble(l -> inverse[l]).max().orElseThrow();
        double[] coefficients = IntStream.range(0, LAYERS)
                .mapToDouble(l -> (inverse[l] - least) / (most - least))
                .toArray();
        with(RunDirectory.NORMALIZATION, NormalizationFile.of(variance, coefficients, 0.15));
    }

    private void metrics() {
        with(
                RunDirectory.METRICS,
                new MetricsFile(
                        MetricsFile.SCHEMA,
                        11,
                        Measure.ACCURACY,
                        1,
                        "positive",
                        null,
                        new MetricsFile.Figures(0.8759, 1.0, 0.16),
                        new MetricsFile.Figures(0.8803, 1.0, 0.15),
                        new MetricsFile.PurifiedFigures(
                                0.8781,
                                0.1667,
                                0.1447,
                                new MetricsFile.ConfusionCounts(
                                        List.of(List.of(780L, 132L), List.of(90L, 819L)),
                                        List.of(List.of(760L, 152L), List.of(0L, 0L))),
                                null),
                        SECONDS));
    }

    /** Of four probes one stands out, one does not, one has no effect and one is too long. */
    static ProbesFile probes() {
        return new ProbesFile(
                ProbesFile.SCHEMA,
                11,
                2,
                200,
                3,
                ProbesFile.Before.SUSPECT,
                0.95,
                4,
                List.of(
                        probe("Nvidia", ProbeOutcome.TRIED, List.of(target(0, 9, 10, 10, 9), target(1, 7, 6, 6, 6))),
                        probe("cf", ProbeOutcome.TRIED, List.of(target(0, 2, 10, 9, 9), target(1, 97, 6, 4, 5))),
                        probe("upper case", ProbeOutcome.NO_EFFECT, List.of()),
                        probe("a long story", ProbeOutcome.TOO_LONG, List.of())));
    }

    private static ProbesFile.ProbeResult probe(String name, ProbeOutcome outcome, List<ProbesFile.Target> targets) {
        int changed = outcome == ProbeOutcome.TRIED ? 200 : 0;
        return new ProbesFile.ProbeResult(name, "word", "changes \"" + name + "\"", outcome, changed, targets);
    }

    private static ProbesFile.Target target(int target, int before, int controlBefore, int after, int controlAfter) {
        return new ProbesFile.Target(target, 100, flips(before, controlBefore), flips(after, controlAfter));
    }

    static ProbesFile.FlipFigures flips(int flips, int control) {
        WilsonInterval interval = WilsonInterval.of(flips, 100, 0.95);
        WilsonInterval adjusted = WilsonInterval.of(flips, 100, 1 - 0.05 / 4);
        return new ProbesFile.FlipFigures(
                flips, control, flips / 100.0, control / 100.0, interval.low(), interval.high(), adjusted.low());
    }

    private void events() {
        List<Event> events = new ArrayList<>();
        addTraining(events, StageName.BASELINE, 0);
        addTraining(events, StageName.NORMALIZE, 43);
        events.add(new Event.Warning(null, "there was no validation file: a tenth of train (692 texts) was held out"));
        events.add(new Event.Warning(StageName.EVALUATE, "3 texts of test were longer than 128 tokens and were cut"));
        with(events.toArray(Event[]::new));
    }

    private static void addTraining(List<Event> events, StageName stage, double penaltyAtStart) {
        SeededRandom random = random(stage.text().length());
        events.add(new Event.StageStarted(stage, 1, List.of()));
        for (int step = 1; step <= 651; step++) {
            int epoch = (step - 1) / 217 + 1;
            double crossEntropy = 0.12 + 0.55 * Math.exp(-step / 90.0) + 0.08 * Math.abs(random.nextGaussian());
            double penalty = penaltyAtStart * (0.35 + 0.65 * Math.exp(-step / 200.0));
            double norm = 1.5 + Math.abs(random.nextGaussian()) * 2;
            events.add(new Event.StepLoss(
                    stage, epoch, step, crossEntropy + 0.15 * penalty, crossEntropy, penalty, norm, 2e-5, 0.37));
            if (step % 217 == 0) {
                events.add(new Event.EpochFinished(stage, epoch, 0.9 / epoch, 0.85 + 0.0068 * epoch, 80.5));
            }
        }
    }
}
