// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/** The whole pipeline with model, texts and run directory on an S3 server in another process. */
class S3IT {
    private static final Duration TOLD_WITHIN = Duration.ofMinutes(1);

    @TempDir
    private static Path directory;

    private static S3Server server;
    private static TinyCase tiny;

    @BeforeAll
    static void runOnLocalFiles() throws Exception {
        server = S3Server.start(Files.createDirectories(directory.resolve("server")));
        tiny = TinyCase.in(Files.createDirectories(directory.resolve("case")));
        TinyCase.Ended local = TinyCase.run(tiny.purify("run"));
        assertThat(local.status()).as(local.err()).isZero();
    }

    @AfterAll
    static void stop() throws Exception {
        S3Case.forgetStores();
        server.close();
    }

    @Test
    void purifyGivesTheBytesThatItGivesOnLocalFiles() throws Exception {
        S3Case store = inBucket("plain", server.endpoint());
        TinyCase.Ended ended = TinyCase.run(store.purify("run-s3"));
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("purified", store.address("run-s3"));
        assertThat(store.differences("run-s3", "run")).isEmpty();
        Storage files = SparkWork.storageWithoutSpark();
        assertThat(files.fileNamesBelow(store.address("run-s3")))
                .contains("events.jsonl", "metrics.json", "report.html", "run.json")
                .noneMatch(name -> name.startsWith("work-"));

        TinyCase.Ended again = TinyCase.run(store.purify("run-s3"));
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.err()).doesNotContain("fine-tuning");
    }

    @Test
    @Tag("slow")
    void aFlakyStoreThatIsReplacedInTheMiddleChangesNoResult() throws Exception {
        S3Server successor = S3Server.start(Files.createDirectories(directory.resolve("server")));
        S3Server first = S3Server.start(Files.createDirectories(directory.resolve("server")));
        try (successor;
                first;
                FaultyProxy proxy = new FaultyProxy(first.port(), FaultyProxy::flaky)) {
            S3Case store = inBucket("flaky", proxy.endpoint());
            Thread outage = proxy.replaceInTheMiddle(first, successor);
            TinyCase.Ended ended = TinyCase.run(store.purify("run-s3"));
            assertThat(ended.status()).as(ended.err()).isZero();
            outage.join();
            assertThat(store.differences("run-s3", "run")).isEmpty();
            assertThat(proxy.done()).containsKeys(FaultyProxy.Fault.values());
        }
    }

    @Test
    @Tag("slow")
    void aStoreThatGoesAwayLeavesNoHalfStageAndTheSameCommandGoesOn() throws Exception {
        S3Server short_ = S3Server.start(Files.createDirectories(directory.resolve("server")));
        Path scores = short_.bucket("gone").resolve("run-s3/head-scores.json");
        try (short_;
                FaultyProxy proxy = new FaultyProxy(short_.port(), (number, method) -> gone(short_, scores))) {
            S3Case store = inBucket("gone", proxy.endpoint(), "retry.limit", "2");
            TinyCase.Ended ended = TinyCase.run(store.purify("run-s3"));
            assertThat(ended.status()).as(ended.err()).isEqualTo(1);
            assertThat(ended.err()).contains("s3a://gone/").contains("does not answer");

            proxy.forwardTo(server.port());
            assertCompleteStagesAreWhole(store);
            // The command could not give its lease back. Its process is this one, so only time can show that it ended.
            Files.setLastModifiedTime(
                    server.bucket("gone").resolve("run-s3/owner.json"),
                    FileTime.from(Instant.now().minus(Duration.ofMinutes(3))));
            TinyCase.Ended again = TinyCase.run(store.purify("run-s3"));
            assertThat(again.status()).as(again.err()).isZero();
            assertThat(store.differences("run-s3", "run")).isEmpty();
        }
    }

    @Test
    void anObjectWhoseMakingFailsDoesNotAppear() throws Exception {
        S3Case store = inBucket("abort", server.endpoint());
        Storage files = SparkWork.storageWithoutSpark();
        files.write(store.address("kept"), out -> out.write(1));
        assertThatThrownBy(() -> files.write(store.address("never/half"), out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("no more of it");
                }))
                .hasMessage("no more of it");
        assertThatThrownBy(() -> files.write(store.address("kept"), out -> {
                    out.write(new byte[100_000]);
                    throw new IllegalStateException("no more of it");
                }))
                .hasMessage("no more of it");
        assertThat(files.exists(store.address("never/half"))).isFalse();
        assertThat(files.size(store.address("kept"))).isEqualTo(1);
    }

    /** In its head, where it would name its length, or in its body. */
    @Test
    void anObjectIsReadWholeWhereverAnAnswerBreaksOff() throws Exception {
        AtomicInteger gets = new AtomicInteger();
        try (FaultyProxy proxy =
                new FaultyProxy(server.port(), (number, method) -> breaksOff(method.equals("GET"), gets))) {
            server.bucket("broken");
            S3Case.reach("broken", proxy.endpoint(), "retry.interval", "50ms");
            S3Case store = new S3Case(tiny, "broken");
            Storage files = SparkWork.storageWithoutSpark();
            for (int size : List.of(1, 150, 100_000)) {
                byte[] content = new byte[size];
                Arrays.fill(content, (byte) 7);
                files.write(store.address("object"), out -> out.write(content));
                for (int i = 0; i < 4; i++) {
                    assertThat(files.read(store.address("object"), FileKind.RUN_FILE))
                            .isEqualTo(content);
                }
            }
            assertThat(proxy.done()).containsKeys(FaultyProxy.Fault.CUT, FaultyProxy.Fault.SHORT_HEAD);
        }
    }

    /** A rename is a copy by the transfer manager, which works on Spark's Netty. */
    @Test
    void filesAreCopiedInsideOfTheStore() throws Exception {
        S3Case store = inBucket("copy", server.endpoint());
        Storage files = SparkWork.storageWithoutSpark();
        files.write(store.address("from"), out -> out.write(7));
        FileSystem fileSystem =
                new org.apache.hadoop.fs.Path(store.address("from")).getFileSystem(files.configuration());
        assertThat(fileSystem.rename(
                        new org.apache.hadoop.fs.Path(store.address("from")),
                        new org.apache.hadoop.fs.Path(store.address("to"))))
                .isTrue();
        assertThat(files.read(store.address("to"), FileKind.RUN_FILE)).containsExactly(7);
    }

    @Test
    void wrongKeysAreToldAtOnceWithTheBucket() throws Exception {
        server.bucket("locked");
        S3Case.reach("locked", server.endpoint(), "secret.key", "wrongSecret1234567890");
        assertRefused(new S3Case(tiny, "locked"), "refuses access to bucket locked", server.endpoint());
        S3Case.reach("locked-2", server.endpoint(), "access.key", "NOSUCHKEY");
        server.bucket("locked-2");
        assertRefused(new S3Case(tiny, "locked-2"), "refuses access to bucket locked-2", "environment, profile, role");
    }

    @Test
    void missingKeysAreToldAtOnceWithTheBucket() throws Exception {
        server.bucket("keyless");
        S3Case.reach("keyless", server.endpoint(), "access.key", "", "secret.key", "");
        assertRefused(new S3Case(tiny, "keyless"), "no credentials for bucket keyless", "AWS_PROFILE", "docs/s3.md");
    }

    @Test
    void aMissingBucketAndAMissingObjectAreToldAtOnce() throws Exception {
        S3Case.reach("no-such-bucket", server.endpoint());
        assertRefused(
                new S3Case(tiny, "no-such-bucket"),
                "there is no bucket no-such-bucket at " + server.endpoint(),
                "spark.hadoop.fs.s3a.endpoint=");
        S3Case store = new S3Case(tiny, "empty");
        server.bucket("empty");
        S3Case.reach("empty", server.endpoint());
        assertRefused(store, "--model: there is no s3a://empty/model");
    }

    @Test
    void anAddressWithAKeyInItIsRefusedWithoutRepeatingIt() {
        String[] arguments = tiny.purify("run");
        arguments[2] = "s3a://someone:verysecret@plain/model";
        TinyCase.Ended ended = TinyCase.run(arguments);
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains("bucket plain").doesNotContain("verysecret");
    }

    /** Two answers of three break off, each in its own way. */
    private static FaultyProxy.Fault breaksOff(boolean get, AtomicInteger gets) {
        if (!get) {
            return FaultyProxy.Fault.NONE;
        }
        return switch (gets.incrementAndGet() % 3) {
            case 1 -> FaultyProxy.Fault.SHORT_HEAD;
            case 2 -> FaultyProxy.Fault.CUT;
            default -> FaultyProxy.Fault.NONE;
        };
    }

    private static S3Case inBucket(String bucket, String endpoint, String... more) throws IOException {
        server.bucket(bucket);
        S3Case.reach(bucket, endpoint, more);
        S3Case store = new S3Case(new TinyCase(directory.resolve("case")), bucket);
        store.upload();
        return store;
    }

    /** In the middle of the run, when stages are complete, the server ends for good. */
    private static FaultyProxy.Fault gone(S3Server server, Path scores) {
        if (Files.exists(scores)) {
            server.kill();
        }
        return FaultyProxy.Fault.NONE;
    }

    /** What the stage table calls complete is there, in the size that it names. */
    private static void assertCompleteStagesAreWhole(S3Case store) throws IOException {
        Storage files = SparkWork.storageWithoutSpark();
        JsonNode stages = new ObjectMapper()
                .readTree(files.read(store.address("run-s3/run.json"), FileKind.RUN_FILE))
                .get("stages");
        int complete = 0;
        for (JsonNode stage : stages) {
            for (JsonNode output : stage.path("outputs")) {
                assertThat(files.size(
                                store.address("run-s3/" + output.get("name").asText())))
                        .as(output.toString())
                        .isEqualTo(output.get("size").asLong());
                complete++;
            }
        }
        assertThat(complete).isPositive();
        assertThat(List.of("evaluate", "report")).noneMatch(stages::has);
    }

    private static void assertRefused(S3Case store, String... parts) {
        long start = System.nanoTime();
        TinyCase.Ended ended = TinyCase.run(store.purify("run-s3"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TOLD_WITHIN);
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err())
                .contains(parts)
                .doesNotContain("\tat ", "Exception", S3Server.SECRET_KEY, S3Server.ACCESS_KEY, "wrongSecret");
        assertThat(ended.out()).isEmpty();
    }
}
