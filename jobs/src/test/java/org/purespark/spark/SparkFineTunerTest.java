// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.BlockId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.SplitBuilder;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.ModelCard;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.ComputeSettings;
import org.purespark.config.EngineChoice;
import org.purespark.config.ExchangeChoice;
import org.purespark.config.GpuProducts;
import org.purespark.config.PrecisionChoice;
import org.purespark.config.SettingsLoader;
import org.purespark.config.TrainSettings;
import org.purespark.family.ExportForm;
import org.purespark.model.Device;
import org.purespark.run.progress.Progress;
import org.purespark.storage.Storage;
import org.purespark.train.FineTuning;
import org.purespark.train.LocalFineTuner;
import org.purespark.train.Trainer;
import org.purespark.train.TrainingDivergedException;
import org.purespark.train.TrainingMethod;
import scala.Function1;
import scala.jdk.javaapi.CollectionConverters;

/** Training in a barrier stage, its tasks in this JVM. */
class SparkFineTunerTest {
    private static final int MICRO_BATCHES_PER_STEP = 4;

    @TempDir
    private Path directory;

    private final List<String> messages = new ArrayList<>();
    private final Storage storage = new Storage(new Configuration(false));
    private SparkConf conf;
    private JavaSparkContext spark;
    private Path golden;
    private TrainingMethod method = new TrainingMethod.Plain();
    private ExchangeChoice exchange = ExchangeChoice.SPARK;

    @BeforeEach
    void prepare() throws Exception {
        golden = GoldenDirectory.of("bert");
        conf = new SparkConf()
                .setAppName("fine-tuner")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "localhost")
                .set("spark.driver.bindAddress", "127.0.0.1");
    }

    @AfterEach
    void stop() {
        if (spark != null) {
            spark.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void tasksThatTrainTogetherEndWithWhatOneProcessTrains(int slots) throws Exception {
        assertSameTraining(slots, split());
    }

    /** Its address is relative, as a user gives it. */
    @Test
    void tasksThatTrainAfterATeacherTogetherEndWithWhatOneProcessTrains() throws Exception {
        Path teacher = Path.of("")
                .toAbsolutePath()
                .relativize(GoldenDirectory.of("electra").resolve("model"));
        method = new TrainingMethod.Taught(ModelAddress.of(teacher.toString()), 5);
        assertSameTraining(2, split());
        SortedMap<String, Tensor> taught = tensors("together");
        method = new TrainingMethod.Plain();
        new LocalFineTuner(storage, new Device.Cpu(1))
                .fineTune("plain", fineTuning("plain", golden.resolve("model"), 1e-3), split());
        String query = "encoder.layer.0.attention.self.query.weight";
        assertThat(taught.get(query).values())
                .isNotEqualTo(tensors("plain").get(query).values());
    }

    @Test
    void aTeacherThatCannotBeReadIsRefusedByAllTasksAtOnce() {
        method = new TrainingMethod.Taught(
                ModelAddress.of(directory.resolve("nobody").toString()), 5);
        assertThatThrownBy(() ->
                        fineTuner(2).fineTune("taught", fineTuning("taught", golden.resolve("model"), 1e-3), split()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nobody");
    }

    @Test
    void tasksThatTrainOnPairsTogetherEndWithWhatOneProcessTrains() throws Exception {
        assertSameTraining(2, pairs());
        String types = "embeddings.token_type_embeddings.weight";
        float[] trained = tensors("together").get(types).values();
        float[] before = new CheckpointReader(storage)
                .read(golden.resolve("model").toString())
                .tensors()
                .get(types)
                .values();
        int width = trained.length / 2;
        assertThat(Arrays.copyOfRange(trained, width, 2 * width))
                .as("type 1, trained")
                .isNotEqualTo(Arrays.copyOfRange(before, width, 2 * width));
    }

    private void assertSameTraining(int slots, EncodedSplit texts) throws Exception {
        List<Trainer.StepReport> expected = new LocalFineTuner(storage, new Device.Cpu(1))
                .fineTune("alone", fineTuning("alone", golden.resolve("model"), 1e-3), texts);
        List<Trainer.StepReport> steps =
                fineTuner(slots).fineTune("together", fineTuning("together", golden.resolve("model"), 1e-3), texts);
        assertThat(steps).hasSameSizeAs(expected);
        for (int i = 0; i < steps.size(); i++) {
            assertThat(steps.get(i).result().loss())
                    .isCloseTo(expected.get(i).result().loss(), within(1e-5));
            if (slots == 1) {
                assertThat(steps.get(i).exchange()).isNull();
            } else {
                assertThat(steps.get(i).exchange().tasks()).isEqualTo(slots);
            }
        }
        SortedMap<String, Tensor> trained = tensors("together");
        tensors("alone").forEach((name, tensor) -> {
            if (!name.endsWith("key.bias")) {
                float[] actual = trained.get(name).values();
                double largest = 0;
                for (int i = 0; i < actual.length; i++) {
                    largest = Math.max(largest, Math.abs((double) actual[i] - tensor.values()[i]));
                }
                assertThat(largest).as(name).isLessThan(1e-5);
            }
        });
        assertThat(blocksLeft()).isEmpty();
    }

    @Test
    void aModelThatCannotBeReadIsRefusedByAllTasksAtOnce() {
        assertThatThrownBy(() -> fineTuner(2)
                        .fineTune("broken", fineTuning("broken", directory.resolve("nowhere"), 1e-3), split()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nowhere");
        assertThat(messages).isEmpty();
    }

    @Test
    void coresThatAreToExchangeAsGpusDoAreRefusedByAllTasksAtOnce() {
        exchange = ExchangeChoice.NCCL;
        assertThatThrownBy(() ->
                        fineTuner(2).fineTune("peers", fineTuning("peers", golden.resolve("model"), 1e-3), split()))
                .isInstanceOf(InputException.class)
                .hasMessage("compute.gradient-exchange=nccl: the engine cpu sends nothing itself; leave it at spark, or"
                        + " give each task a GPU");
        assertThat(messages).isEmpty();
        assertThat(directory.resolve("peers")).doesNotExist();
    }

    @Test
    void divergenceEndsTheTrainingWithoutAnotherTry() {
        assertThatThrownBy(() -> fineTuner(2)
                        .fineTune("diverging", fineTuning("diverging", golden.resolve("model"), Double.NaN), split()))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageStartingWith("training diverged at step 2, epoch 2");
        assertThat(messages).isEmpty();
        assertThat(directory.resolve("diverging")).doesNotExist();
    }

    @Test
    void refusesToRunWhereATaskMayRunTwice() {
        conf.set("spark.speculation", "true");
        assertThatThrownBy(() ->
                        fineTuner(2).fineTune("twice", fineTuning("twice", golden.resolve("model"), 1e-3), split()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("spark.speculation is true");
    }

    private SparkFineTuner fineTuner(int slots) {
        spark = new JavaSparkContext(conf.setMaster("local[" + slots + "]"));
        return new SparkFineTuner(
                spark,
                Progress.on(System.err, Progress.Style.NONE, java.time.Clock.systemUTC()),
                new Slots(spark, messages::add),
                new ComputeSettings(EngineChoice.AUTO, PrecisionChoice.FLOAT32, GpuProducts.FLOAT32, exchange),
                messages::add);
    }

    private FineTuning fineTuning(String name, Path model, double learningRate) {
        TrainSettings d = SettingsLoader.defaults().train();
        TrainSettings settings = new TrainSettings(
                2,
                learningRate,
                d.weightDecay(),
                d.clipNorm(),
                d.warmUpShare(),
                3,
                MICRO_BATCHES_PER_STEP,
                true,
                d.adamBeta1(),
                d.adamBeta2(),
                d.adamEpsilon(),
                d.classifierDropout(),
                1);
        return new FineTuning(
                new FineTuning.Start(ModelAddress.of(model.toString()), FineTuning.Projection.NEW),
                List.of("negative", "positive"),
                FineTuning.Learnt.ONE_LABEL,
                new Trainer.Objective(settings, 11, new TreeSet<>(), new double[] {0.1, 0, 0.15}, method),
                directory.resolve(name).toString(),
                directory.resolve(name + "-checkpoints").toString(),
                ExportForm.DENSE,
                new ModelCard("A test", "Of no use.", 128, new TreeMap<>()));
    }

    private SortedMap<String, Tensor> tensors(String name) throws Exception {
        return new CheckpointReader(storage)
                .read(directory.resolve(name).toString())
                .tensors();
    }

    /** Blocks of an exchange in this JVM's block manager. */
    private static List<BlockId> blocksLeft() {
        Function1<BlockId, Object> exchanged = id -> id.name().contains("_pure_");
        return CollectionConverters.asJava(SparkEnv.get().blockManager().getMatchingBlockIds(exchanged));
    }

    /** The second half of each text has type 1. */
    private EncodedSplit pairs() throws Exception {
        EncodedSplit single = split();
        SplitBuilder pairs = new SplitBuilder(BlockStore.HEAP);
        for (int text = 0; text < single.size(); text++) {
            int[] ids = single.ids(text);
            pairs.add(ids, ids.length / 2, single.label(text));
        }
        return pairs.build();
    }

    private EncodedSplit split() throws Exception {
        JsonNode expected = new ObjectMapper().readTree(Files.readAllBytes(golden.resolve("expected.json")));
        List<int[]> ids = new ArrayList<>();
        expected.get("input_ids").forEach(row -> ids.add(new ObjectMapper().convertValue(row, int[].class)));
        return EncodedSplit.of(ids, new ObjectMapper().convertValue(expected.get("labels"), int[].class));
    }
}
