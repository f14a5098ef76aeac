// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.encoder.EncoderConfig;
import org.purespark.storage.Storage;

class TrainingMemoryTest {
    private static final long GIB = 1L << 30;
    private static final EncoderConfig MINI_LM = Shape.MINI_LM.config();
    private static final EncoderConfig BERT_BASE = Shape.BERT_BASE.config();

    @Test
    void miniLmTrainsOnALaptopWithAGigabyteOfHeap() {
        TrainingMemory memory = local(MINI_LM, new Machine(4 * GIB, GIB));
        assertThatCode(memory::require).doesNotThrowAnyException();
        assertThat(memory.describe())
                .isEqualTo("this process needs up to 0.6 GiB of Java heap and 1.1 GiB beside it, of which tensors take"
                        + " 0.7 GiB (1 training task in it, 22,566,146 parameters, micro-batches of 32 texts of up to"
                        + " 128 tokens)");
        assertThat(memory.options()).isEqualTo("--driver-memory 1g");
    }

    @Test
    void aTeacherIsCountedToo() {
        TrainingMemory plain = TrainingMemory.of(BERT_BASE, SettingsLoader.defaults(), laptop());
        TrainingMemory taught = TrainingMemory.of(BERT_BASE, defence(DefenceChoice.NAD), laptop());
        assertThat(TrainingMemory.of(BERT_BASE, defence(DefenceChoice.FT), laptop())
                        .need())
                .isEqualTo(plain.need());
        long weights = Float.BYTES * plain.need().parameters();
        assertThat(taught.need().offHeapBytes() - plain.need().offHeapBytes())
                .as("weights, most of them as copies too")
                .isGreaterThan(3 * weights / 2);
    }

    private static TaskProcess laptop() {
        SparkConf conf = new SparkConf(false).set("spark.master", "local[2]").set("spark.task.cpus", "2");
        return TaskProcess.of(conf, new Machine(4 * GIB, GIB));
    }

    private static Settings defence(DefenceChoice choice) {
        return new SettingsLoader(new Storage(new Configuration(false)))
                .load(null, List.of("defence=" + choice.spelling()))
                .settings();
    }

    @Test
    void bertBaseTrainsInExecutorsOfSixGibibytes() {
        assertThatCode(() -> executor(BERT_BASE, "2g", "4g", 1).require()).doesNotThrowAnyException();
    }

    @Test
    void anExecutorThatIsTooSmallIsRefusedWithTheOptionsToGive() {
        assertThatThrownBy(() -> executor(BERT_BASE, "1g", "1g", 1).require())
                .isInstanceOf(InputException.class)
                .hasMessage("training does not fit into memory: each executor needs up to 1.9 GiB of Java heap and 3.2"
                        + " GiB beside it, of which tensors take 2.8 GiB (1 training task in it, 108,893,186"
                        + " parameters, micro-batches of 32 texts of up to 128 tokens); but the Java heap has 1.0 GiB,"
                        + " tensors may take 1.0 GiB, the process may take 2.0 GiB in all. Give -- --conf"
                        + " spark.executor.memory=2g --conf spark.executor.memoryOverhead=4g, or lower"
                        + " train.micro-batch or text.max-length");
    }

    @Test
    void tasksThatShareAnExecutorNeedAModelEach() {
        assertThatCode(() -> executor(BERT_BASE, "2g", "4g", 2).require())
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(
                        "(2 training tasks in it,",
                        "--conf spark.executor.memory=4g --conf spark.executor.memoryOverhead=6g",
                        "raise spark.task.cpus so that fewer tasks share an executor");
        assertThatCode(() -> executor(BERT_BASE, "4g", "6g", 2).require()).doesNotThrowAnyException();
    }

    @Test
    void aHeapThatIsTooSmallForThisProcessIsToldHowToGrow() {
        assertThatThrownBy(() -> local(BERT_BASE, new Machine(24 * GIB, GIB)).require())
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(
                        "this process needs up to 1.9 GiB of Java heap",
                        "; but the Java heap has 1.0 GiB. Give -- --driver-memory 2g, or lower train.micro-batch");
    }

    @Test
    void aMachineThatIsTooSmallCannotBeHelpedByOptions() {
        assertThatThrownBy(() -> local(BERT_BASE, new Machine(4 * GIB, 2 * GIB)).require())
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("the process may take 3.0 GiB in all", "Run it on a larger machine")
                .hasMessageNotContaining("--driver-memory");
    }

    @Test
    void aTinyModelFitsIntoTheExecutorsThatSparkStartsUnasked() {
        TaskProcess process = TaskProcess.of(
                new SparkConf(false).set("spark.master", "local-cluster[2,1,1024]"), new Machine(4 * GIB, GIB));
        TrainingMemory memory = TrainingMemory.of(Shape.TINY.config(), SettingsLoader.defaults(), process);
        assertThatCode(memory::require).doesNotThrowAnyException();
    }

    private static TrainingMemory local(EncoderConfig config, Machine machine) {
        SparkConf conf = new SparkConf(false).set("spark.master", "local[2]").set("spark.task.cpus", "2");
        return TrainingMemory.of(config, SettingsLoader.defaults(), TaskProcess.of(conf, machine));
    }

    private static TrainingMemory executor(EncoderConfig config, String memory, String overhead, int tasks) {
        SparkConf conf = new SparkConf(false)
                .set("spark.master", "yarn")
                .set("spark.executor.memory", memory)
                .set("spark.executor.memoryOverhead", overhead)
                .set("spark.executor.cores", "" + 4 * tasks)
                .set("spark.task.cpus", "4");
        Settings settings = new SettingsLoader(new Storage(new Configuration(false)))
                .load(null, List.of("train.micro-batches-per-step=4"))
                .settings();
        return TrainingMemory.of(config, settings, TaskProcess.of(conf, new Machine(4 * GIB, GIB)));
    }
}
