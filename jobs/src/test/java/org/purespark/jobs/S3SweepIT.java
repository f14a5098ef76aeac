// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.parquet.ParquetTrees;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/** A sweep with manifest, models, texts and output on an S3 server in another process, on two slots. */
@Tag("slow")
class S3SweepIT {
    private static final Duration TOLD_WITHIN = Duration.ofMinutes(1);
    private static final List<String> RUNS = List.of("bert/seed-11", "roberta/seed-11");
    private static final List<String> TIMES = List.of("seconds", "stageSeconds", "finishedAt", "fingerprint");

    @TempDir
    private static Path directory;

    private static S3Server server;
    private static TinyCase tiny;
    private static String local;

    @BeforeAll
    static void sweepLocalFiles() throws Exception {
        server = S3Server.start(Files.createDirectories(directory.resolve("server")));
        tiny = TinyCase.onTwoSlots(Files.createDirectories(directory.resolve("case")));
        TinyCase.copy(
                TinyCase.ROOT.resolve("pipeline/src/test/resources/golden/roberta/model"),
                tiny.directory().resolve("roberta"));
        TinyCase.copy(tiny.directory().resolve("model"), tiny.directory().resolve("cut"));
        byte[] whole = tiny.bytes("cut/model.safetensors");
        Files.write(tiny.directory().resolve("cut/model.safetensors"), Arrays.copyOf(whole, whole.length / 2));
        head("train.tsv", 33);
        head("validation.tsv", 17);
        head("test.tsv", 17);
        tiny.write(
                "sweep.yaml",
                """
                - {name: bert, model: model}
                - {name: roberta, model: roberta, validation: test.tsv, set: {penalty.lambda: 0.3}}
                - {name: cut, model: cut}
                """);
        local = directory.resolve("local").toString();
        TinyCase.Ended ended = TinyCase.run(sweep("sweep.yaml", local));
        assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    }

    @AfterAll
    static void stop() throws Exception {
        S3Case.forgetStores();
        server.close();
    }

    @Test
    void givesWhatItGivesOnLocalFilesAndGoesOnFromThere() throws Exception {
        S3Case store = inBucket("sweep-plain", server.endpoint());
        TinyCase.Ended ended = TinyCase.run(store.inBucket(sweep("sweep.yaml", tiny.path("out"))));
        assertThat(ended.status()).as(ended.err()).isEqualTo(1);
        assertThat(ended.out()).contains("results  " + store.address("out/results.jsonl"));
        assertSameAsLocal(store, "out");
        assertThat(SparkWork.storageWithoutSpark().fileNamesBelow(store.address("out")))
                .contains("summary.md", "runs/bert/seed-11/report.html", "runs/cut/seed-11/outcome.json")
                .noneMatch(name -> name.contains(".tmp") || name.contains("work-"));

        TinyCase.Ended again = TinyCase.run(store.inBucket(sweep("sweep.yaml", tiny.path("out"))));
        assertThat(again.status()).as(again.err()).isEqualTo(1);
        assertThat(again.err()).contains("runs to do: 1 (0 new, 0 changed, 1 that failed before); done already: 2");
        assertSameAsLocal(store, "out");
    }

    /** {@link S3IT} does the same to a single run each time. */
    @Test
    @Tag("large")
    void aFlakyStoreThatIsReplacedInTheMiddleChangesNoResult() throws Exception {
        S3Server successor = S3Server.start(Files.createDirectories(directory.resolve("server")));
        S3Server first = S3Server.start(Files.createDirectories(directory.resolve("server")));
        try (successor;
                first;
                FaultyProxy proxy = new FaultyProxy(first.port(), FaultyProxy::flaky)) {
            S3Case store = inBucket("sweep-flaky", proxy.endpoint(), "retry.interval", "100ms");
            Thread outage = proxy.replaceInTheMiddle(first, successor);
            TinyCase.Ended ended = TinyCase.run(store.inBucket(sweep("sweep.yaml", tiny.path("out"))));
            assertThat(ended.status()).as(ended.err()).isEqualTo(1);
            outage.join();
            assertThat(proxy.done()).containsKeys(FaultyProxy.Fault.values());
            // A run may meet so many faults in a row that S3A gives up; the sweep then tries it once more.
            assertSameAsLocal(store, "out", "attempts");
            assertThat(results(SparkWork.storageWithoutSpark(), store.address("out"), store.address(""), TIMES))
                    .as(ended.err())
                    .allSatisfy(result ->
                            assertThat(result.get("attempts").asInt()).isEqualTo(1 + triedAgain(ended.err(), result)));
        }
    }

    @Test
    void whatTheStoreRefusesIsToldBeforeAnyRunWithTheBucket() throws Exception {
        server.bucket("sweep-locked");
        S3Case.reach("sweep-locked", server.endpoint(), "secret.key", "wrongSecret1234567890");
        S3Case.reach("no-sweep-bucket", server.endpoint());
        for (String bucket : List.of("sweep-locked", "no-sweep-bucket")) {
            String said = bucket.equals("sweep-locked")
                    ? server.endpoint() + " refuses access to bucket sweep-locked"
                    : "there is no bucket no-sweep-bucket at " + server.endpoint();
            assertRefused(new S3Case(tiny, bucket).inBucket(sweep("sweep.yaml", tiny.path("out"))), said);
            assertRefused(sweep("sweep.yaml", "s3a://" + bucket + "/out"), said);
        }
    }

    @Test
    void aSuspectWhoseBucketIsRefusedFailsAlone() throws Exception {
        server.bucket("locked-model");
        S3Case.reach("locked-model", server.endpoint(), "access.key", "NOSUCHKEY");
        S3Case.reach("no-models", server.endpoint());
        tiny.write("buckets.csv", "name,model\nlocked,s3a://locked-model/m\nabsent,s3a://no-models/m\nbert,model\n");
        long start = System.nanoTime();
        TinyCase.Ended ended = TinyCase.run(sweep("buckets.csv", directory + "/buckets"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TOLD_WITHIN);
        assertThat(ended.status()).as(ended.err()).isEqualTo(1);
        List<JsonNode> results = results(new Storage(new Configuration()), directory + "/buckets", "", TIMES);
        assertThat(results)
                .extracting(result -> result.get("status").asText())
                .containsExactly("failed", "failed", "done");
        assertThat(results.get(0).get("error").asText()).contains("refuses access to bucket locked-model");
        assertThat(results.get(1).get("error").asText()).contains("there is no bucket no-models at ");
        assertThat(results.subList(0, 2)).allSatisfy(result -> {
            assertThat(result.get("failure").asText()).isEqualTo("input");
            assertThat(result.get("attempts").asInt()).isEqualTo(1);
        });
    }

    /** Names of buckets are of this class alone: Hadoop keeps a client of each as long as the JVM lives. */
    private static S3Case inBucket(String bucket, String endpoint, String... more) throws IOException {
        server.bucket(bucket);
        S3Case.reach(bucket, endpoint, more);
        S3Case store = new S3Case(tiny, bucket);
        store.upload();
        return store;
    }

    /** How often the sweep says that it tries a run again. */
    private static int triedAgain(String said, JsonNode result) {
        String begin = "sweep: " + result.get("name").asText() + ", seed "
                + result.get("seed").asInt() + ": failed (";
        return (int) said.lines()
                .filter(line -> line.contains(begin) && line.endsWith("), is tried again"))
                .count();
    }

    /** @param without columns that are not compared, besides times */
    private static void assertSameAsLocal(S3Case store, String out, String... without) throws IOException {
        List<String> columns = new ArrayList<>(TIMES);
        columns.addAll(List.of(without));
        Storage files = SparkWork.storageWithoutSpark();
        for (String run : RUNS) {
            assertThat(store.differences(out + "/runs/" + run, local + "/runs/" + run))
                    .as(run)
                    .isEmpty();
        }
        List<JsonNode> results = results(files, store.address(out), store.address(""), columns);
        assertThat(results)
                .hasSize(RUNS.size() + 1)
                .isEqualTo(results(files, local, "file:" + tiny.directory() + "/", columns));
        assertThat(results.get(RUNS.size()).get("error").asText()).contains("cut/model.safetensors");
        List<ObjectNode> parquet = new ParquetTrees(files).read(store.address(out + "/results.parquet"));
        assertThat(parquet).hasSameSizeAs(results);
        for (int i = 0; i < parquet.size(); i++) {
            assertThat(parquet.get(i).get("name")).isEqualTo(results.get(i).get("name"));
            assertThat(parquet.get(i).path("purified").path("accuracy").asDouble())
                    .isEqualTo(results.get(i).path("purified").path("accuracy").asDouble());
        }
    }

    /** The rows of the results without some columns, addresses relative to {@code base}. */
    private static List<JsonNode> results(Storage files, String out, String base, List<String> without)
            throws IOException {
        List<JsonNode> results = new ArrayList<>();
        for (String line :
                files.readText(out + "/results.jsonl", FileKind.RUN_FILE).split("\n", -1)) {
            if (!line.isEmpty()) {
                ObjectNode result =
                        (ObjectNode) new ObjectMapper().readTree(base.isEmpty() ? line : line.replace(base, ""));
                results.add(result.without(without));
            }
        }
        return results;
    }

    private static void assertRefused(String[] arguments, String said) {
        long start = System.nanoTime();
        TinyCase.Ended ended = TinyCase.run(arguments);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TOLD_WITHIN);
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err())
                .contains(said)
                .doesNotContain("\tat ", "Exception", S3Server.SECRET_KEY, S3Server.ACCESS_KEY, "wrongSecret");
        assertThat(ended.out()).isEmpty();
    }

    /** The header and the first texts of a file, in its place. */
    private static void head(String file, int lines) throws IOException {
        Path path = tiny.directory().resolve(file);
        Files.write(path, Files.readAllLines(path, StandardCharsets.UTF_8).subList(0, lines), StandardCharsets.UTF_8);
    }

    private static String[] sweep(String manifest, String out) {
        return new String[] {
            "sweep",
            "--manifest",
            tiny.path(manifest),
            "--out",
            out,
            "--train",
            tiny.path("train.tsv"),
            "--validation",
            tiny.path("validation.tsv"),
            "--test",
            tiny.path("test.tsv"),
            "--poisoned-test",
            tiny.path("poisoned.tsv"),
            "--target",
            "1",
            "--mode",
            "slots",
            "--set",
            "text.max-length=48",
            "--set",
            "train.micro-batch=8",
            "--set",
            "train.epochs=1",
            "--set",
            "prune.group-size=3",
            "--set",
            "probe.texts=8"
        };
    }
}
