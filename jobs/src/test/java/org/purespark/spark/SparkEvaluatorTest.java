// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.LabelMeaning;
import org.purespark.batch.SplitBuilder;
import org.purespark.config.ComputeSettings;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.NeuronSums;
import org.purespark.evaluate.SlotGradients;
import org.purespark.evaluate.SlotRange;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.GateSamples;
import org.purespark.heads.GateSums;
import org.purespark.heads.Head;
import org.purespark.heads.HeadScores;
import org.purespark.metrics.Tally;
import org.purespark.model.Device;
import org.purespark.random.DropoutSamples;
import org.purespark.run.progress.Progress;
import org.purespark.storage.Storage;
import org.purespark.task.LossKind;
import org.purespark.task.Measure;
import org.purespark.task.Task;

/** Sums from executors against those of one process: whatever the number of partitions, the figures are the same. */
class SparkEvaluatorTest {
    private static final int BATCH_TEXTS = 2;
    private static final SortedSet<Head> NONE = new TreeSet<>();
    private static JavaSparkContext spark;
    private static Evaluator.Pass pass;
    private static Evaluator local;

    @BeforeAll
    static void start() throws Exception {
        start(1);
        Path golden = GoldenDirectory.of("bert");
        JsonNode expected = new ObjectMapper().readTree(Files.readAllBytes(golden.resolve("expected.json")));
        List<int[]> ids = new ArrayList<>();
        expected.get("input_ids").forEach(row -> ids.add(new ObjectMapper().convertValue(row, int[].class)));
        int[] labels = new ObjectMapper().convertValue(expected.get("labels"), int[].class);
        labels[4] = EncodedSplit.NO_LABEL;
        pass = new Evaluator.Pass(
                "test",
                new ModelSource(
                        golden.resolve("model").toString(),
                        golden.resolve("classifier.safetensors").toString(),
                        "golden"),
                EncodedSplit.of(ids, labels),
                BATCH_TEXTS);
        local = new LocalEvaluator(new Storage(new Configuration(false)), new Device.Cpu(1));
    }

    private static void start(int cpusOfTask) {
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("evaluator")
                .set("spark.task.cpus", Integer.toString(cpusOfTask))
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "localhost")
                .set("spark.driver.bindAddress", "127.0.0.1"));
    }

    @AfterAll
    static void stop() {
        spark.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void headScoresDoNotDependOnTheNumberOfPartitions(int partitions) {
        Statistics actual = evaluator(partitions).statistics(pass, NONE, 128);
        assertThat(actual).isEqualTo(local.statistics(pass, NONE, 128));
        assertThat(actual.variances().scores().texts()).isEqualTo(12);
        assertThat(actual.tally().texts()).as("texts with a label").isEqualTo(11);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void activationsOfNeuronsDoNotDependOnTheNumberOfPartitions(int partitions) {
        NeuronSums actual = evaluator(partitions).neurons(pass);
        assertThat(actual).isEqualTo(local.neurons(pass));
        int tokens = 0;
        for (int text = 0; text < pass.texts().size(); text++) {
            tokens += pass.texts().ids(text).length;
        }
        assertThat(actual.tokens(0)).as("all tokens").isEqualTo(tokens);
        assertThat(actual.tokens(actual.layers() - 1)).as("first tokens").isEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void gradientsByGatesDoNotDependOnTheNumberOfPartitions(int partitions) {
        GateSums actual = evaluator(partitions).gateGradients(pass);
        assertThat(actual).isEqualTo(local.gateGradients(pass));
        assertThat(actual.texts()).as("texts with a label").isEqualTo(11);
        assertThat(actual.means()[0][0]).isPositive();
        EncodedSplit sets = withAnswers(
                new LabelMeaning.Sets(new float[][] {{0, 0}, {1, 0}, {1, 1}}), text -> text % 4 == 3 ? -1 : text % 3);
        Evaluator.Pass ofSets = new Evaluator.Pass("sets", pass.model(), new Task.ManyLabels(0.5), sets, BATCH_TEXTS);
        GateSums many = evaluator(partitions).gateGradients(ofSets);
        assertThat(many).isEqualTo(local.gateGradients(ofSets)).isNotEqualTo(actual);
        assertThat(many.texts()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void gradientsWithDropoutDoNotDependOnTheNumberOfPartitions(int partitions) {
        DropoutSamples samples = new DropoutSamples(3, 11);
        GateSamples actual = evaluator(partitions).gateSamples(pass, samples);
        assertThat(actual).isEqualTo(local.gateSamples(pass, samples));
        assertThat(actual.passes()).hasSize(3).doesNotHaveDuplicates().doesNotContain(local.gateGradients(pass));
        assertThat(actual.passes()).extracting(GateSums::texts).containsOnly(11L);
        assertThat(local.gateSamples(pass, new DropoutSamples(3, 12))).isNotEqualTo(actual);
    }

    /** A text's masks are by its place among all texts, not in its batch. */
    @Test
    void gradientsWithDropoutDoNotDependOnTheBatches() {
        DropoutSamples samples = new DropoutSamples(2, 11);
        Evaluator.Pass oneByOne = new Evaluator.Pass("test", pass.model(), pass.texts(), 1);
        double[][] expected = local.gateSamples(pass, samples).passes().get(1).means();
        double[][] actual = local.gateSamples(oneByOne, samples).passes().get(1).means();
        for (int l = 0; l < expected.length; l++) {
            assertThat(actual[l]).containsExactly(expected[l], within(1e-6));
        }
        assertThat(expected[0][0]).isGreaterThan(1e-4);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void gradientsByTokensDoNotDependOnTheNumberOfPartitions(int partitions) {
        for (SlotRange.Edge edge : SlotRange.Edge.values()) {
            SlotRange slots = new SlotRange(edge, 1, 2);
            SlotGradients actual = evaluator(partitions).slotGradients(pass, slots);
            assertThat(actual).isEqualTo(local.slotGradients(pass, slots));
            assertThat(actual.texts()).as("texts with a label").isEqualTo(11);
            assertThat(actual.sums()).hasDimensions(2, 48);
            assertThat(actual.sums()[1][0]).isNotZero();
        }
        assertThat(local.slotGradients(pass, new SlotRange(SlotRange.Edge.START, 1, 2)))
                .isNotEqualTo(local.slotGradients(pass, new SlotRange(SlotRange.Edge.END, 1, 2)));
    }

    /** Of many labels and of scores; the first logit of a model of two classes serves as a score. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void talliesOfOtherTasksDoNotDependOnTheNumberOfPartitions(int partitions) {
        float[][] rows = {{0, 0}, {1, 0}, {1, 1}};
        EncodedSplit sets = withAnswers(new LabelMeaning.Sets(rows), text -> text % 4 == 3 ? -1 : text % 3);
        EncodedSplit scores =
                withAnswers(new LabelMeaning.Scores(), text -> LabelMeaning.Scores.number(text % 5 - 2.25f));
        Task score = new Task.Score(LossKind.SQUARED_ERROR, 0.5, -2.25, 1.75);
        EncodedSplit groups = withAnswers(
                new LabelMeaning.GroupedScores(new float[] {0, 1, 2, 3}, new int[] {0, 0, 1, 1}),
                text -> text % 5 == 4 ? -1 : text % 5);
        Task ranked = new Task.Score(LossKind.SQUARED_ERROR, 0.5, 0, 3, Measure.NDCG);
        for (Evaluator.Pass each : List.of(
                new Evaluator.Pass("groups", pass.model(), ranked, groups, BATCH_TEXTS),
                new Evaluator.Pass("sets", pass.model(), new Task.ManyLabels(0.5), sets, BATCH_TEXTS),
                new Evaluator.Pass("scores", pass.model(), score, scores, BATCH_TEXTS))) {
            List<Tally> distributed = evaluator(partitions).tallies(each, List.of(NONE));
            assertThat(distributed).isEqualTo(local.tallies(each, List.of(NONE)));
            assertThat(distributed.get(0).quality()).isPresent();
            assertThat(evaluator(partitions).statistics(each, NONE, 128)).isEqualTo(local.statistics(each, NONE, 128));
        }
    }

    private static EncodedSplit withAnswers(LabelMeaning meaning, IntUnaryOperator number) {
        List<int[]> ids = new ArrayList<>();
        int[] numbers = new int[pass.texts().size()];
        for (int text = 0; text < numbers.length; text++) {
            ids.add(pass.texts().ids(text));
            numbers[text] = number.applyAsInt(text);
        }
        return EncodedSplit.of(ids, numbers).with(meaning);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void confusionsOfSeveralSetsDoNotDependOnTheNumberOfPartitions(int partitions) {
        List<SortedSet<Head>> sets = new ArrayList<>();
        sets.add(NONE);
        SortedSet<Head> pruned = new TreeSet<>();
        for (Head head : List.of(new Head(0, 1), new Head(2, 0), new Head(2, 1), new Head(2, 2))) {
            pruned.add(head);
            sets.add(new TreeSet<>(pruned));
        }
        List<Tally> together = evaluator(partitions).tallies(pass, sets);
        assertThat(together).hasSize(5);
        for (int i = 0; i < 5; i++) {
            assertThat(together.get(i))
                    .isEqualTo(local.tallies(pass, sets.subList(i, i + 1)).get(0));
        }
        assertThat(new HashSet<>(together)).as("sets tell from one another").hasSizeGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void resultsDoNotDependOnTheNumberOfLanes(int lanes) {
        LocalEvaluator side = new LocalEvaluator(new Storage(new Configuration(false)), new Device.Cpu(lanes));
        List<SortedSet<Head>> sets = List.of(NONE, new TreeSet<>(List.of(new Head(0, 1), new Head(2, 0))));
        assertThat(side.statistics(pass, NONE, 128)).isEqualTo(local.statistics(pass, NONE, 128));
        assertThat(side.tallies(pass, sets)).isEqualTo(local.tallies(pass, sets));
        List<float[]> expected = local.logits(pass);
        List<float[]> actual = side.logits(pass);
        assertThat(actual).hasSize(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).containsExactly(expected.get(i));
        }
    }

    @Test
    void aTaskOfTwoThreadsEvaluatesTwoBatchesAtOnceWithTheSameResult() {
        spark.close();
        try {
            start(2);
            Evaluator two =
                    new SparkEvaluator(spark, Progress.none(), new Slots(spark, line -> {}), ComputeSettings.DEFAULT);
            assertThat(two.statistics(pass, NONE, 128)).isEqualTo(local.statistics(pass, NONE, 128));
            assertThat(two.setsAtOnce(pass))
                    .as("three rounds of two, six batches")
                    .isEqualTo(1);
            assertThat(two.setsAtOnce(new Evaluator.Pass("test", pass.model(), pass.texts(), 12)))
                    .as("three rounds of two, one batch")
                    .isEqualTo(6);
        } finally {
            spark.close();
            start(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "6, 1", "7, 2", "40, 7"})
    void asManySetsAreAskedForAsGiveEverySlotItsParts(int parts, int sets) {
        assertThat(evaluator(parts).setsAtOnce(pass)).as("six batches").isEqualTo(sets);
    }

    @Test
    void slotsAreThoseThatThereAre() {
        Evaluator.Pass oneBatch = new Evaluator.Pass("test", pass.model(), pass.texts(), 12);
        assertThat(new SparkEvaluator(spark, Progress.none(), new Slots(spark, line -> {}), ComputeSettings.DEFAULT)
                        .setsAtOnce(oneBatch))
                .as("three parts for each of two slots")
                .isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 30, 75})
    void resultsDoNotDependOnThePortionsInWhichTextsAreShared(int blockIds) {
        SplitBuilder blocks = new SplitBuilder(BlockStore.HEAP, blockIds);
        for (int text = 0; text < pass.texts().size(); text++) {
            blocks.add(pass.texts().ids(text), pass.texts().label(text));
        }
        Evaluator.Pass inBlocks = new Evaluator.Pass("test", pass.model(), blocks.build(), BATCH_TEXTS);
        Evaluator portions = evaluator(3, 1);
        assertThat(portions.statistics(inBlocks, NONE, 128)).isEqualTo(local.statistics(pass, NONE, 128));
        List<SortedSet<Head>> sets = List.of(NONE, new TreeSet<>(List.of(new Head(0, 1), new Head(2, 0))));
        assertThat(portions.tallies(inBlocks, sets)).isEqualTo(local.tallies(pass, sets));
        List<float[]> expected = local.logits(pass);
        List<float[]> actual = portions.logits(inBlocks);
        for (int i = 0; i < 12; i++) {
            assertThat(actual.get(i)).containsExactly(expected.get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 30, 75})
    void tokenTypesOfPairsReachTheExecutors(int blockIds) {
        SplitBuilder blocks = new SplitBuilder(BlockStore.HEAP, blockIds);
        for (int text = 0; text < pass.texts().size(); text++) {
            int[] ids = pass.texts().ids(text);
            blocks.add(ids, ids.length / 2, pass.texts().label(text));
        }
        Evaluator.Pass pairs = new Evaluator.Pass("test", pass.model(), blocks.build(), BATCH_TEXTS);
        Evaluator portions = evaluator(3, 1);
        assertThat(portions.statistics(pairs, NONE, 128)).isEqualTo(local.statistics(pairs, NONE, 128));
        List<float[]> expected = local.logits(pairs);
        List<float[]> actual = portions.logits(pairs);
        List<float[]> single = local.logits(pass);
        for (int i = 0; i < 12; i++) {
            assertThat(actual.get(i)).containsExactly(expected.get(i));
            assertThat(actual.get(i)).as("without types").isNotEqualTo(single.get(i));
        }
    }

    @Test
    void logitsComeBackInTheOrderOfTheTexts() {
        List<float[]> expected = local.logits(pass);
        List<float[]> actual = evaluator(5).logits(pass);
        assertThat(actual).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(actual.get(i)).containsExactly(expected.get(i));
        }
    }

    @Test
    void aModelKeptByTheExecutorIsNotTakenForAnotherVersion() {
        HeadScores first = evaluator(2).statistics(pass, NONE, 128).variances().scores();
        ModelSource other = new ModelSource(
                pass.model().directory().replace("bert", "electra"),
                pass.model().address().classifierFile().replace("bert", "electra"),
                "other");
        Evaluator.Pass otherPass = new Evaluator.Pass("test", other, pass.texts(), BATCH_TEXTS);
        HeadScores second =
                evaluator(2).statistics(otherPass, NONE, 128).variances().scores();
        assertThat(second).isNotEqualTo(first);
        assertThat(evaluator(2).statistics(pass, NONE, 128).variances().scores())
                .isEqualTo(first);
    }

    private static SparkEvaluator evaluator(int partitions) {
        return evaluator(partitions, Long.MAX_VALUE);
    }

    private static SparkEvaluator evaluator(int partitions, long portionBytes) {
        return new SparkEvaluator(
                spark, Progress.none(), () -> partitions, () -> partitions, 1, portionBytes, ComputeSettings.DEFAULT);
    }
}
