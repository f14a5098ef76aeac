// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code deploy/docker} makes an image of, checked without Docker. */
@Tag("deployment")
class ContainerImageIT {
    private static final Path DOCKER = TinyCase.ROOT.resolve("deploy/docker");
    private static final Pattern COPY = Pattern.compile("^COPY --chown=0:0 (\\S+) \\S+$", Pattern.MULTILINE);

    @TempDir
    private Path directory;

    @BeforeAll
    static void stage() throws Exception {
        PythonEnvironment.Ended ended = PythonEnvironment.run(
                Map.of(), 5, List.of(DOCKER.resolve("stage").toString()));
        assertThat(ended.status()).as(ended.said()).isZero();
    }

    @Test
    void twoStagingsLayOutTheSameBytes() throws Exception {
        Map<String, String> first = digests(DOCKER.resolve("target"));
        stage();
        assertThat(first).isNotEmpty();
        assertThat(digests(DOCKER.resolve("target"))).isEqualTo(first);
    }

    @Test
    void dependenciesAndTheProjectsClassesAreLayersOfTheirOwn() throws Exception {
        Path thin = DOCKER.resolve("target/pure/pure.jar");
        assertThat(Files.size(thin)).isLessThan(4_000_000);
        try (JarFile jar = new JarFile(thin.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
                    .isEqualTo(Pure.class.getName());
            assertThat(jar.stream().filter(entry -> entry.getName().endsWith(".class")))
                    .isNotEmpty()
                    .allMatch(entry -> entry.getName().startsWith("org/purespark/"));
        }
        Set<String> dependencies = names(DOCKER.resolve("target/dependencies"));
        assertThat(dependencies)
                .anyMatch(name -> name.startsWith("nd4j-native-"))
                .noneMatch(name -> name.startsWith("pure-"));
        Path spark = sparkHomes().get(0).resolve("jars");
        assertThat(dependencies).doesNotContainAnyElementsOf(names(spark));
    }

    @Test
    void whatTheDockerfileCopiesIsThereAndReachesTheBuilder() throws Exception {
        String dockerfile = Files.readString(DOCKER.resolve("Dockerfile"));
        List<String> copied =
                COPY.matcher(dockerfile).results().map(copy -> copy.group(1)).toList();
        assertThat(copied).hasSize(2).allSatisfy(path -> {
            assertThat(TinyCase.ROOT.resolve(path)).isNotEmptyDirectory();
            assertThat(path).startsWith("deploy/docker/target/");
        });
        Path discover = DOCKER.resolve("target/pure/discover");
        assertThat(discover).isExecutable().hasSameBinaryContentAs(TinyCase.ROOT.resolve("deploy/gpu/discover"));
        assertThat(Files.readAllLines(TinyCase.ROOT.resolve(".dockerignore")))
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactly("*", "!deploy/docker/target");
        assertThat(dockerfile.lines().filter(line -> line.startsWith("USER")).reduce((one, other) -> other))
                .hasValue("USER 185");
    }

    @Test
    void theDockerfilePassesItsLinter() throws Exception {
        PythonEnvironment environment = PythonEnvironment.orSkip();
        PythonEnvironment.Ended ended = PythonEnvironment.run(
                Map.of(),
                1,
                List.of(
                        environment.program("hadolint"),
                        DOCKER.resolve("Dockerfile").toString()));
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said()).isEmpty();
    }

    @Test
    void nothingOfAStockSparkIsThereInAnotherVersion() throws Exception {
        Set<String> spark =
                names(PythonEnvironment.withSparkOrSkip().sparkHome().resolve("jars"));
        Set<String> artifacts =
                spark.stream().map(ContainerImageIT::withoutVersion).collect(Collectors.toSet());
        assertThat(names(DOCKER.resolve("target/dependencies")))
                // ND4J's copy, in packages of its own.
                .filteredOn(name -> !name.startsWith("guava-1.0.0-M2"))
                .filteredOn(name -> artifacts.contains(withoutVersion(name)))
                .isSubsetOf(spark);
    }

    private static String withoutVersion(String jar) {
        return jar.replaceFirst("-[0-9].*", "");
    }

    @Test
    void theLayersTogetherRunOnAStockSpark() throws Exception {
        Path sparkHome = PythonEnvironment.withSparkOrSkip().sparkHome();
        Path image = TinyCase.ROOT.resolve("jobs/target/image");
        PythonEnvironment.delete(image);
        Files.createDirectories(image.resolve("jars"));
        Files.createSymbolicLink(image.resolve("bin"), sparkHome.resolve("bin"));
        for (Path jars : List.of(sparkHome.resolve("jars"), DOCKER.resolve("target/dependencies"))) {
            try (Stream<Path> files = Files.list(jars)) {
                for (Path jar : files.toList()) {
                    // The same file of both is one file, as COPY has it.
                    Path link = image.resolve("jars").resolve(jar.getFileName());
                    Files.deleteIfExists(link);
                    Files.createSymbolicLink(link, jar);
                }
            }
        }
        TinyCase tiny = TinyCase.in(directory);
        PythonEnvironment.Ended ended = PythonEnvironment.run(
                Map.of("SPARK_HOME", image.toString()),
                10,
                List.of(
                        image.resolve("bin/spark-submit").toString(),
                        "--master",
                        "local[1]",
                        "--conf",
                        "spark.ui.enabled=false",
                        "--class",
                        Pure.class.getName(),
                        DOCKER.resolve("target/pure/pure.jar").toString(),
                        "score",
                        "--model",
                        tiny.path("model"),
                        "--validation",
                        tiny.path("validation.tsv"),
                        "--run",
                        tiny.path("scores")));
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(directory.resolve("scores/head-scores.json")).isNotEmptyFile();
    }

    private static List<Path> sparkHomes() throws IOException {
        try (Stream<Path> files = Files.list(TinyCase.ROOT.resolve("jobs/target"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("spark-home-"))
                    .toList();
        }
    }

    private static Set<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    /** With the times of the files, which are part of a layer. */
    private static Map<String, String> digests(Path tree) throws Exception {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                digests.put(
                        tree.relativize(file) + " " + Files.getLastModifiedTime(file),
                        HexFormat.of().formatHex(digest));
            }
        }
        return digests;
    }
}
