// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys of a store are in nothing that a run says or leaves. {@code bin/pure} as a user calls it. */
@Tag("slow")
class S3SecretsIT {
    private static final String ENCRYPTION_KEY = "sseKey1b2c3d4e5f6g7h8j";

    @TempDir
    private static Path shared;

    private static S3Server server;
    private static S3Case store;

    @TempDir
    private Path directory;

    @BeforeAll
    static void fillTheBucket() throws Exception {
        server = S3Server.start(Files.createDirectories(shared.resolve("server")));
        TinyCase tiny = TinyCase.in(Files.createDirectories(shared.resolve("case")));
        tiny.write("settings.conf", "train.epochs = 1\n");
        server.bucket("secrets");
        S3Case.reach("secrets", server.endpoint());
        store = new S3Case(tiny, "secrets");
        store.upload();
    }

    @AfterEach
    void hideThePageAgain() {
        System.setProperty("spark.ui.enabled", "false");
        System.clearProperty("spark.ui.port");
    }

    @AfterAll
    static void stop() throws Exception {
        S3Case.forgetStores();
        server.close();
    }

    @Test
    void keysGivenAsOptionsAreInNothingThatARunSaysOrLeaves() throws Exception {
        Path eventLog = Files.createDirectories(directory.resolve("left/event-log"));
        List<String> spark = options();
        spark.addAll(List.of(
                "--conf", "spark.hadoop.fs.s3a.access.key=" + S3Server.ACCESS_KEY,
                "--conf", "spark.hadoop.fs.s3a.secret.key=" + S3Server.SECRET_KEY,
                "--conf", "spark.eventLog.enabled=true",
                "--conf", "spark.eventLog.dir=file:" + eventLog));
        assertThat(launch(Map.of(), store.purify("run", "--conf", store.address("settings.conf")), spark))
                .isZero();
        assertThat(text(directory.resolve("left/err"))).contains(" INFO ");
        assertThat(server.bucket("secrets").resolve("run/report.html")).isNotEmptyFile();
        try (Stream<Path> logs = Files.list(eventLog)) {
            assertThat(logs).isNotEmpty();
        }
        assertNothingHoldsTheKeys();
    }

    @Test
    void keysOfTheEnvironmentAreInNothingThatARunSaysOrLeavesNorWrongOnesInTheError() throws Exception {
        Path eventLog = Files.createDirectories(directory.resolve("left/event-log"));
        List<String> spark = options();
        spark.addAll(List.of("--conf", "spark.eventLog.enabled=true", "--conf", "spark.eventLog.dir=file:" + eventLog));
        String[] score = {
            "score",
            "--model",
            store.address("model"),
            "--validation",
            store.address("validation.tsv"),
            "--run",
            store.address("scores"),
            "--verbose"
        };
        Map<String, String> keys =
                Map.of("AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY);
        assertThat(launch(keys, score, spark)).isZero();
        assertThat(server.bucket("secrets").resolve("scores/head-scores.json")).isNotEmptyFile();
        assertNothingHoldsTheKeys();

        // swapped: each is refused, and neither is repeated
        Map<String, String> wrong =
                Map.of("AWS_ACCESS_KEY_ID", S3Server.SECRET_KEY, "AWS_SECRET_ACCESS_KEY", S3Server.ACCESS_KEY);
        assertThat(launch(wrong, score, spark)).isEqualTo(2);
        assertThat(text(directory.resolve("left/err"))).contains("refuses access to bucket secrets");
        assertNothingHoldsTheKeys();
    }

    @Test
    void sparksPageOfTheEnvironmentHidesTheKeys() throws Exception {
        System.setProperty("spark.ui.enabled", "true");
        System.setProperty("spark.ui.port", "0");
        System.setProperty("spark.hadoop.fs.s3a.access.key", S3Server.ACCESS_KEY);
        System.setProperty("spark.hadoop.fs.s3a.secret.key", S3Server.SECRET_KEY);
        System.setProperty("spark.hadoop.fs.s3a.encryption.key", ENCRYPTION_KEY);
        try (SparkSession session = Sessions.open("environment page")) {
            String web = session.sparkContext().uiWebUrl().get();
            String application = session.sparkContext().applicationId();
            for (String page : List.of("/environment/", "/api/v1/applications/" + application + "/environment")) {
                String body = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(web + page)).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
                assertThat(body)
                        .as(page)
                        .contains("spark.hadoop.fs.s3a.secret.key", "redacted")
                        .doesNotContain(S3Server.ACCESS_KEY, S3Server.SECRET_KEY, ENCRYPTION_KEY);
            }
        }
    }

    private List<String> options() {
        return new ArrayList<>(List.of(
                "--master", "local[2]",
                "--conf", "spark.task.cpus=2",
                "--conf", "spark.log.level=INFO",
                "--conf", "spark.hadoop.fs.s3a.endpoint=" + server.endpoint(),
                "--conf", "spark.hadoop.fs.s3a.endpoint.region=us-east-1",
                "--conf", "spark.hadoop.fs.s3a.path.style.access=true"));
    }

    /** What was said is in {@code left/}, beside what Spark leaves; the run directory is in the server's files. */
    private void assertNothingHoldsTheKeys() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path place : List.of(directory.resolve("left"), server.bucket("secrets"))) {
            try (Stream<Path> found = Files.walk(place)) {
                found.filter(Files::isRegularFile).forEach(files::add);
            }
        }
        assertThat(files).hasSizeGreaterThan(8);
        assertThat(files)
                .allSatisfy(file -> assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(S3Server.ACCESS_KEY)
                        .doesNotContain(S3Server.SECRET_KEY));
    }

    private int launch(Map<String, String> environment, String[] arguments, List<String> spark)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(TinyCase.ROOT.resolve("bin/pure").toString()));
        command.addAll(List.of(arguments));
        command.add("--");
        command.addAll(spark);
        Path left = Files.createDirectories(directory.resolve("left"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(left.toFile())
                .redirectOutput(left.resolve("out").toFile())
                .redirectError(left.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_") || name.startsWith("AWS_"));
        builder.environment().putAll(environment);
        builder.environment().put("PURE_BUILD", "never");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(command.get(1) + " still runs after 5 minutes: " + text(left.resolve("err")));
        }
        return process.exitValue();
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
