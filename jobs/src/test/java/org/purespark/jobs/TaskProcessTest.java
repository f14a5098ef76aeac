// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskProcessTest {
    private static final long GIB = 1L << 30;
    private static final Machine MACHINE = new Machine(16 * GIB, 2 * GIB);

    @ParameterizedTest
    @CsvSource({"'local', 1, 1", "'local[4]', 1, 4", "'local[4]', 3, 1", "'local[6,2]', 2, 3", "'local[2]', 8, 1"})
    void onOneMachineTasksShareThisProcess(String master, int cpus, int slots) {
        TaskProcess process = TaskProcess.of(conf(master).set("spark.task.cpus", "" + cpus), MACHINE);
        assertThat(process)
                .isEqualTo(
                        new TaskProcess(TaskProcess.ProcessKind.THIS_PROCESS, 2 * GIB, 12 * GIB, slots, slots, cpus));
        assertThat(process.tensorBytes()).isEqualTo(10 * GIB);
    }

    @Test
    void allCoresOfThisMachineAreCounted() {
        assertThat(TaskProcess.of(conf("local[*]"), MACHINE).slots())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void anExecutorHasHeapAndOverhead() {
        SparkConf conf = conf("yarn")
                .set("spark.executor.memory", "2g")
                .set("spark.executor.memoryOverhead", "6g")
                .set("spark.executor.cores", "8")
                .set("spark.executor.instances", "3")
                .set("spark.task.cpus", "4");
        assertThat(TaskProcess.of(conf, MACHINE))
                .isEqualTo(new TaskProcess(TaskProcess.ProcessKind.EXECUTOR, 2 * GIB, 8 * GIB, 2, 6, 4));
    }

    @Test
    void aSimulatedClusterTellsItsCores() {
        assertThat(TaskProcess.of(conf("local-cluster[3, 2, 1024]"), MACHINE))
                .isEqualTo(new TaskProcess(TaskProcess.ProcessKind.EXECUTOR, GIB, GIB + (384L << 20), 2, 6, 1));
    }

    @Test
    void aStandaloneExecutorOfUnknownSizeCountsForOneTask() {
        TaskProcess process = TaskProcess.of(conf("spark://host:7077").set("spark.task.cpus", "2"), MACHINE);
        assertThat(process.slots()).isEqualTo(1);
        assertThat(process.allSlots()).isEqualTo(1);
        assertThat(process.threads()).isEqualTo(2);
    }

    @Test
    void gpusLimitTheSlots() {
        SparkConf conf = conf("yarn")
                .set("spark.executor.cores", "8")
                .set("spark.executor.resource.gpu.amount", "2")
                .set("spark.task.resource.gpu.amount", "1");
        assertThat(TaskProcess.of(conf, MACHINE).slots()).isEqualTo(2);
    }

    @Test
    void overheadIsWorkedOutAsSparkDoes() {
        assertThat(ExecutorMemory.of(conf("yarn"))).isEqualTo(new ExecutorMemory(GIB, 384L << 20));
        assertThat(ExecutorMemory.of(conf("yarn").set("spark.executor.memory", "10g")))
                .isEqualTo(new ExecutorMemory(10 * GIB, GIB));
        assertThat(ExecutorMemory.of(conf("yarn")
                        .set("spark.executor.memory", "10g")
                        .set("spark.executor.memoryOverheadFactor", "0.5")))
                .isEqualTo(new ExecutorMemory(10 * GIB, 5 * GIB));
        assertThat(ExecutorMemory.of(conf("yarn").set("spark.executor.minMemoryOverhead", "2g")))
                .isEqualTo(new ExecutorMemory(GIB, 2 * GIB));
        assertThat(ExecutorMemory.of(
                        conf("yarn").set("spark.executor.memory", "2g").set("spark.executor.memoryOverhead", "600")))
                .isEqualTo(new ExecutorMemory(2 * GIB, 600L << 20));
    }

    private static SparkConf conf(String master) {
        return new SparkConf(false).set("spark.master", master);
    }
}
