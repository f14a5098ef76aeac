// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code deploy/kubernetes} holds, checked without a cluster. */
@Tag("deployment")
class KubernetesIT {
    private static final Path KUBERNETES = TinyCase.ROOT.resolve("deploy/kubernetes");
    /** Set by the operator itself, or in the command alone. */
    private static final Pattern CONF = Pattern.compile("^ +(spark\\.\\S+): \"(.*)\"$", Pattern.MULTILINE);

    @TempDir
    private Path directory;

    @BeforeEach
    void sparkHome() throws IOException {
        Path spark = Files.createDirectories(directory.resolve("spark/bin")).resolve("spark-submit");
        Files.writeString(spark, "#!/bin/sh\n");
        assertThat(spark.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void manifestsAreValid() throws Exception {
        PythonEnvironment environment = PythonEnvironment.orSkip();
        PythonEnvironment.Ended ended = validate(environment);
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said())
                .contains("purify-cpu.yaml, document 1, SparkApplication: valid")
                .contains("purify-gpu.yaml, document 1, SparkApplication: valid")
                .contains("access.yaml, document 4, Role: valid");
    }

    @Test
    void anUnknownFieldIsRefusedInEachKindOfManifest() throws Exception {
        PythonEnvironment environment = PythonEnvironment.orSkip();
        for (Map.Entry<String, String> broken : Map.of(
                        "runtimeVersions:", "runtimeVersion:",
                        "restartPolicy:", "restartPolicies:",
                        "runAsNonRoot:", "runAsNonroot:",
                        "secretRef:", "secretReference:")
                .entrySet()) {
            Path file = directory.resolve("broken.yaml");
            Files.writeString(
                    file,
                    Files.readString(KUBERNETES.resolve("purify-gpu.yaml"))
                            .replace(broken.getKey(), broken.getValue()));
            PythonEnvironment.Ended ended = validate(environment, file.toString());
            assertThat(ended.status()).as(broken + ": " + ended.said()).isEqualTo(1);
            assertThat(ended.said()).contains("broken.yaml, document 1, SparkApplication: ");
        }
    }

    @Test
    void theOperatorsDefinitionDecidesWhereItIsGiven() throws Exception {
        PythonEnvironment environment = PythonEnvironment.orSkip();
        Path definition = TinyCase.ROOT.resolve("jobs/src/test/resources/kubernetes/operator-crds.yaml");
        PythonEnvironment.Ended valid = validate(environment, "--crd", definition.toString());
        assertThat(valid.status()).as(valid.said()).isZero();
        assertThat(valid.said())
                .contains("purify-cpu.yaml, document 1, SparkApplication: valid")
                .contains("purify-gpu.yaml, document 1, SparkApplication: valid");

        Path other = directory.resolve("other-crds.yaml");
        Files.writeString(other, Files.readString(definition).replace("ttlAfterStopMillis:", "ttlMillis:"));
        PythonEnvironment.Ended refused = validate(environment, "--crd", other.toString());
        assertThat(refused.status()).as(refused.said()).isEqualTo(1);
        assertThat(refused.said())
                .contains("purify-cpu.yaml, document 1, SparkApplication: spec.applicationTolerations:")
                .contains("'ttlAfterStopMillis' was unexpected");
    }

    @Test
    void theCommandAndTheManifestGiveSparkTheSameSettings() throws Exception {
        for (String device : List.of("cpu", "gpu")) {
            PythonEnvironment.Ended ended = submit(device, "https://cluster.example.com:6443", "image:1", "purify");
            assertThat(ended.status()).as(ended.said()).isZero();
            List<String> words = ended.said().lines().toList();
            assertThat(words)
                    .containsSequence("--master", "k8s://https://cluster.example.com:6443", "--deploy-mode", "cluster")
                    .containsSequence("local:///opt/pure/pure.jar", "purify");
            TreeSet<String> command = new TreeSet<>(words.stream()
                    .filter(word -> word.startsWith("spark."))
                    .filter(word -> !word.contains(".podTemplateFile=") && !word.contains(".image="))
                    .toList());
            assertThat(command.remove("spark.kubernetes.namespace=pure")).isTrue();
            TreeSet<String> manifest =
                    new TreeSet<>(CONF.matcher(Files.readString(KUBERNETES.resolve("purify-" + device + ".yaml")))
                            .results()
                            .filter(conf -> !conf.group(1).endsWith(".image"))
                            .map((MatchResult conf) -> conf.group(1) + "=" + conf.group(2))
                            .toList());
            assertThat(command).isEqualTo(manifest);
            assertThat(words)
                    .filteredOn(word -> word.contains(".podTemplateFile="))
                    .allSatisfy(word -> assertThat(Path.of(word.substring(word.indexOf('=') + 1)))
                            .exists());
        }
    }

    @Test
    void wrongArgumentsAreRefused() throws Exception {
        assertThat(submit("tpu", "https://a:1", "image:1", "purify").said())
                .contains("the device is 'tpu', expected cpu or gpu");
        assertThat(submit("cpu", "a:1", "image:1", "purify").said())
                .contains("the address of the Kubernetes API is 'a:1'");
        PythonEnvironment.Ended few = submit("cpu");
        assertThat(few.status()).isEqualTo(2);
        assertThat(few.said()).contains("usage: submit cpu|gpu K8S-API IMAGE COMMAND");
    }

    private PythonEnvironment.Ended submit(String... arguments) throws Exception {
        return PythonEnvironment.run(
                Map.of("SPARK_HOME", directory.resolve("spark").toString(), "PURE_SHOW", "1"),
                1,
                List.of(TinyCase.concat(
                        new String[] {KUBERNETES.resolve("submit").toString()}, arguments)));
    }

    private static PythonEnvironment.Ended validate(PythonEnvironment environment, String... files) throws Exception {
        return PythonEnvironment.run(
                Map.of(),
                2,
                List.of(TinyCase.concat(
                        new String[] {
                            environment.program("python"),
                            KUBERNETES.resolve("validate.py").toString()
                        },
                        files)));
    }
}
