// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The golden files' training with three micro-batches a step, on executors in JVMs of their own, encrypted. */
@Tag("slow")
class KitOnClusterIT {
    private static final int MOST_TASKS = 3;

    @TempDir
    private Path directory;

    @Test
    void threeMicroBatchesAStepMatchOnOneTwoAndThreeExecutors() throws Exception {
        try (TestCluster cluster = TestCluster.start(directory.resolve("shared"), MOST_TASKS, "1g")) {
            // The golden files as files, then this JVM's class path, which has the program and AssertJ.
            String classes = TinyCase.ROOT.resolve("pipeline/target/test-classes")
                    + File.pathSeparator
                    + System.getProperty("java.class.path");
            Path out = directory.resolve("kit.out");
            Path err = directory.resolve("kit.err");
            Process driver = cluster.driver("org.purespark.spark.KitOnSpark", classes, "bert")
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            boolean ended = driver.waitFor(5, MINUTES);
            driver.destroyForcibly();
            assertThat(ended).as("ended; it says: %s", Files.readString(err)).isTrue();
            assertThat(driver.exitValue()).as(Files.readString(err)).isZero();

            Map<String, List<String>> executors = new TreeMap<>();
            for (String line : Files.readAllLines(out)) {
                String[] fields = line.split(" ");
                executors.put(fields[0], new ArrayList<>(Arrays.asList(fields[1].split(","))));
            }
            assertThat(executors).containsOnlyKeys("1", "2", "3");
            executors.forEach((tasks, ran) -> assertThat(ran)
                    .as("executors of %s tasks", tasks)
                    .hasSize(Integer.parseInt(tasks))
                    .doesNotHaveDuplicates()
                    .isSubsetOf("0", "1", "2"));
        }
    }
}
