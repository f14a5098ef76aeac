// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.internal.config.ConfigEntry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The presets of {@code conf} hold keys that this Spark has. */
class ClusterPresetsTest {
    private static final Path CONF = Path.of("").toAbsolutePath().getParent().resolve("conf");
    /** Keys of a resource are made of its name; Spark has no list of them. */
    private static final Pattern RESOURCE =
            Pattern.compile("spark\\.(executor|task)\\.resource\\.gpu\\.(amount|discoveryScript|vendor)");

    /** A variable in the environment of executors; Spark takes any name. */
    private static final Pattern ENVIRONMENT = Pattern.compile("spark\\.executorEnv\\.[A-Z_]+");

    static Stream<String> presets() {
        return Stream.of(
                "spark-defaults-local.conf", "spark-defaults-cpu-cluster.conf", "spark-defaults-gpu-cluster.conf");
    }

    static Stream<String> clusterPresets() {
        return presets().filter(name -> name.contains("cluster"));
    }

    @ParameterizedTest
    @MethodSource("presets")
    void everyKeyIsOneOfSparks(String preset) throws Exception {
        // Entries are registered when the objects that hold them are made.
        for (String holder : new String[] {"package$", "Network$", "UI$", "Worker$", "Kryo$", "Status$"}) {
            Class.forName("org.apache.spark.internal.config." + holder);
        }
        Class.forName("org.apache.spark.sql.internal.SQLConf$");
        assertThat(load(preset).stringPropertyNames())
                .isNotEmpty()
                .allMatch(key -> ConfigEntry.findEntry(key) != null
                        || RESOURCE.matcher(key).matches()
                        || ENVIRONMENT.matcher(key).matches());
    }

    @ParameterizedTest
    @MethodSource("clusterPresets")
    void trafficIsAuthenticatedAndEncryptedAndTasksRunOnce(String preset) throws Exception {
        assertThat(load(preset))
                .containsEntry("spark.authenticate", "true")
                .containsEntry("spark.network.crypto.enabled", "true")
                .containsEntry("spark.io.encryption.enabled", "true")
                .containsEntry("spark.dynamicAllocation.enabled", "false")
                .containsEntry("spark.speculation", "false");
    }

    @ParameterizedTest
    @MethodSource("clusterPresets")
    void anExecutorHasOneTask(String preset) throws Exception {
        SparkConf conf = new SparkConf(false);
        load(preset).forEach((key, value) -> conf.set(key.toString(), value.toString()));
        conf.set("spark.master", "yarn");
        TaskProcess process = TaskProcess.of(conf, new Machine(1L << 34, 1L << 30));
        assertThat(process.slots()).isEqualTo(1);
        assertThat(process.totalBytes()).isEqualTo(8L << 30);
    }

    private static Properties load(String preset) throws IOException {
        Properties values = new Properties();
        try (Reader in = Files.newBufferedReader(CONF.resolve(preset))) {
            values.load(in);
        }
        return values;
    }
}
