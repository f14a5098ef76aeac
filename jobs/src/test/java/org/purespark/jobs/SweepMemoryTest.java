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
import org.purespark.config.SettingsLoader;
import org.purespark.purify.Inputs;
import org.purespark.storage.Storage;
import org.purespark.sweep.SuspectRun;
import org.purespark.sweep.SweepMode;

class SweepMemoryTest {
    private static final long GIB = 1L << 30;
    private static final int ALL = Integer.MAX_VALUE;
    private static final SweepMemory.SuspectNeed SMALL = row("small", 2, Shape.TINY);
    private static final SweepMemory.SuspectNeed MINI_LM = row("minilm", 3, Shape.MINI_LM);
    private static final SweepMemory.SuspectNeed OTHER_MINI_LM = row("other", 4, Shape.MINI_LM);

    @Test
    void theLargestRunsThatShareAnExecutorMustFitTogether() {
        TaskProcess process = executor("1g", "1500m", 2);
        List<SweepMemory.SuspectNeed> rows = List.of(SMALL, MINI_LM, OTHER_MINI_LM);
        assertThatThrownBy(() -> new SweepMemory(rows, SweepMode.SLOTS, process, ALL).require())
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "suspects.csv, line 3 (minilm): the sweep does not fit into memory: each executor needs up to"
                                + " 1.0 GiB of Java heap and 1.7 GiB beside it, of which tensors take 1.3 GiB (2 "
                                + "runs in it at a"
                                + " time, the largest that of minilm: 22,566,146 parameters, micro-batches of 32 "
                                + "texts of up to"
                                + " 128 tokens); but the process may take 2.5 GiB in all. Give -- --conf"
                                + " spark.executor.memory=1g --conf spark.executor.memoryOverhead=2g, or give "
                                + "--max-concurrent"
                                + " 1, or raise spark.task.cpus so that fewer runs share an executor, or lower"
                                + " train.micro-batch or text.max-length of the row, or take the row out");
        assertFits(new SweepMemory(rows, SweepMode.SLOTS, process, 1));
        assertFits(new SweepMemory(rows, SweepMode.SLOTS, executor("1g", "2g", 2), ALL));
        assertFits(new SweepMemory(List.of(SMALL, MINI_LM), SweepMode.SLOTS, process, ALL));
    }

    @Test
    void whereExecutorsTurnOutToHaveMoreSlotsThanIsSetTheseCount() {
        TaskProcess process = executor("1g", "2g", 1);
        List<SweepMemory.SuspectNeed> rows = List.of(MINI_LM, OTHER_MINI_LM, row("third", 5, Shape.MINI_LM));
        assertFits(new SweepMemory(rows, SweepMode.SLOTS, process, ALL));
        assertThatThrownBy(() -> new SweepMemory(rows, SweepMode.SLOTS, process.withSlots(3, 6), ALL).require())
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("(3 runs in it at a time, the largest that of minilm:", "--max-concurrent 2");
    }

    @Test
    void onOneMachineAllSlotsShareThisProcess() {
        Machine machine = new Machine(64 * GIB, GIB);
        List<SweepMemory.SuspectNeed> rows = List.of(SMALL, MINI_LM, OTHER_MINI_LM, row("large", 5, Shape.BERT_BASE));
        assertThatThrownBy(() -> new SweepMemory(rows, SweepMode.SLOTS, local(4, machine), ALL).require())
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "suspects.csv, line 5 (large): the sweep does not fit into memory: this process")
                .hasMessageContainingAll(
                        "(4 runs in it at a time, the largest that of large: 108,893,186 parameters",
                        "but the Java heap has 1.0 GiB",
                        "Give -- --driver-memory 3g, or lower train.micro-batch")
                .hasMessageNotContaining("--max-concurrent")
                .hasMessageNotContaining("spark.task.cpus");
        assertFits(new SweepMemory(rows, SweepMode.SLOTS, local(4, new Machine(64 * GIB, 3 * GIB)), ALL));
    }

    @Test
    void aMachineThatIsTooSmallCannotBeHelpedByOptions() {
        Machine machine = new Machine(4 * GIB, 2 * GIB);
        assertThatThrownBy(() -> new SweepMemory(
                                List.of(row("large", 5, Shape.BERT_BASE), SMALL),
                                SweepMode.SLOTS,
                                local(2, machine),
                                ALL)
                        .require())
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(
                        "the process may take 3.0 GiB in all. Run it on a larger machine or on a cluster, or lower")
                .hasMessageNotContaining("--driver-memory")
                .hasMessageNotContaining("--max-concurrent");
    }

    @Test
    void aRunThatHasTheClusterToItselfNeedsWhatPurifyNeeds() {
        TaskProcess process = executor("1g", "2g", 2);
        assertFits(new SweepMemory(List.of(SMALL, MINI_LM, OTHER_MINI_LM), SweepMode.CLUSTER, process, ALL));
        SweepMemory memory = new SweepMemory(
                List.of(SMALL, row("large", 7, Shape.BERT_BASE), MINI_LM), SweepMode.CLUSTER, process, ALL);
        assertThatThrownBy(memory::require)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "suspects.csv, line 7 (large): training does not fit into memory: each executor")
                .hasMessageContaining("(1 training task in it, 108,893,186 parameters");
        assertThat(memory.describe()).startsWith("large: each executor needs up to 1.9 GiB of Java heap");
    }

    @Test
    void aRowsOwnSettingsCount() {
        SweepMemory.SuspectNeed wide = row("wide", 8, Shape.MINI_LM, "train.micro-batch=256");
        TaskProcess process = executor("1g", "2g", 1);
        assertFits(new SweepMemory(List.of(MINI_LM), SweepMode.SLOTS, process, ALL));
        assertThatThrownBy(() -> new SweepMemory(List.of(MINI_LM, wide), SweepMode.SLOTS, process, ALL).require())
                .hasMessageStartingWith("suspects.csv, line 8 (wide): ")
                .hasMessageContaining("micro-batches of 256 texts");
    }

    @Test
    void withoutRunsNothingIsNeeded() {
        SweepMemory memory = new SweepMemory(List.of(), SweepMode.SLOTS, executor("1g", "0", 8), ALL);
        assertFits(memory);
        assertThat(memory.describe()).isEqualTo("no run needs memory");
    }

    private static void assertFits(SweepMemory memory) {
        assertThatCode(memory::require).doesNotThrowAnyException();
    }

    private static SweepMemory.SuspectNeed row(String name, int line, Shape shape, String... settings) {
        SuspectRun run = new SuspectRun(
                name,
                Inputs.builder().model(shape.directory().toString()).train("t").build(),
                new SettingsLoader(new Storage(new Configuration(false)))
                        .load(null, List.of(settings))
                        .settings(),
                "out/runs/" + name);
        return new SweepMemory.SuspectNeed("suspects.csv, line " + line + " (" + name + ")", run, shape.config());
    }

    private static TaskProcess local(int slots, Machine machine) {
        return TaskProcess.of(new SparkConf(false).set("spark.master", "local[" + slots + "]"), machine);
    }

    private static TaskProcess executor(String memory, String overhead, int slots) {
        SparkConf conf = new SparkConf(false)
                .set("spark.master", "spark://host:7077")
                .set("spark.executor.memory", memory)
                .set("spark.executor.memoryOverhead", overhead)
                .set("spark.executor.cores", "" + slots);
        return TaskProcess.of(conf, new Machine(4 * GIB, GIB));
    }
}
