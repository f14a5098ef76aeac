// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.run.lease.DirectoryInUseException;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.FileVersion;
import org.purespark.storage.Storage;

/** Leases of run directories on an S3 server in another process. */
class S3LeaseIT {
    private static final String OWNER = "since [0-9TZ:-]+ by \\S+ on \\S+ \\(process "
            + ProcessHandle.current().pid() + "\\)";

    @TempDir
    private static Path directory;

    private static S3Server server;
    private static TinyCase tiny;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start(Files.createDirectories(directory.resolve("server")));
        tiny = TinyCase.in(Files.createDirectories(directory.resolve("case")));
    }

    @AfterAll
    static void stop() throws Exception {
        S3Case.forgetStores();
        server.close();
    }

    /** A refused command leaves the first one its lease; when that is given back, a command does its work. */
    @Test
    void ofTwoPurificationsInOneRunDirectoryTheSecondIsRefusedWithOwnerAndTime() throws Exception {
        S3Case store = inBucket("two");
        store.upload();
        try (RunLease first = acquire(store.address("run"))) {
            TinyCase.Ended second = TinyCase.run(store.purify("run"));
            assertThat(second.status()).as(second.err()).isEqualTo(2);
            assertThat(second.err())
                    .containsPattern("pure: the run directory " + store.address("run") + " is in use " + OWNER
                            + ": wait for it, stop it, or name another directory with --run; if that process is gone,"
                            + " the directory can be taken over at [0-9TZ:-]+")
                    .doesNotContain("Exception");
            first.ensureOwn();
        }
        TinyCase.Ended alone = TinyCase.run(
                "score",
                "--model",
                store.address("model"),
                "--validation",
                store.address("validation.tsv"),
                "--run",
                store.address("run"));
        assertThat(alone.status()).as(alone.err()).isZero();
        assertThat(SparkWork.storageWithoutSpark().fileNamesBelow(store.address("run")))
                .contains("run.json", "head-scores.json")
                .noneMatch(name -> name.startsWith("owner") || name.contains("work-") || name.contains("clock"));
    }

    /** The answer breaks off, and before the rest is asked for the owner has renewed its lease: another object. */
    @Test
    void aLeaseThatIsRenewedWhileItIsReadIsReadAgain() throws Exception {
        server.bucket("renewed");
        AtomicInteger gets = new AtomicInteger();
        try (FaultyProxy proxy = new FaultyProxy(server.port(), (number, method) -> {
            int get = method.equals("GET") ? gets.incrementAndGet() : 0;
            if (get == 2) {
                write("b".repeat(200));
            }
            return get == 1 ? FaultyProxy.Fault.CUT : FaultyProxy.Fault.NONE;
        })) {
            S3Case.reach("renewed", proxy.endpoint(), "retry.interval", "50ms");
            write("a".repeat(200));
            assertThat(SparkWork.storageWithoutSpark()
                            .exclusive("s3a://renewed/owner.json")
                            .read())
                    .map(FileVersion::content)
                    .contains("b".repeat(200));
            assertThat(proxy.done()).containsKey(FaultyProxy.Fault.CUT);
            assertThat(gets.get()).isGreaterThan(2);
        }
    }

    private static void write(String content) {
        try {
            SparkWork.storageWithoutSpark()
                    .write("s3a://renewed/owner.json", out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aLeaseThatIsNotRenewedIsTakenOver() throws Exception {
        S3Case store = inBucket("stale");
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        RunLease first = acquire(store.address("run"));
        // The server takes an object's time from the file.
        Files.setLastModifiedTime(
                server.bucket("stale").resolve("run/owner.json"),
                FileTime.from(Instant.now().minus(Duration.ofMinutes(3))));
        try (RunLease second = acquire(store.address("run"), said)) {
            second.ensureOwn();
            assertThat(said)
                    .singleElement()
                    .asString()
                    .matches("takes over the run directory s3a://stale/run, which was" + " in use " + OWNER
                            + ": that process has not renewed its lease for 1[0-9]+ s");
            assertThatThrownBy(first::ensureOwn)
                    .isInstanceOf(DirectoryInUseException.class)
                    .hasMessageContaining(" was taken over from this process, and is in use since ");
            first.close();
            second.ensureOwn();
        }
        assertThat(SparkWork.storageWithoutSpark().exists(store.address("run/owner.json")))
                .isFalse();
    }

    @Test
    void ofManyThatTakeALeaseOneWins() throws Exception {
        S3Case store = inBucket("race");
        assertThat(winners(store.address("run"))).isEqualTo(1);
    }

    /** Its owner is found by reading back. */
    @Test
    @Tag("slow")
    void aStoreWithoutConditionsHasOneOwnerToo() throws Exception {
        S3Case store = inBucket("plain-race", "create.conditional.enabled", "false");
        assertThat(winners(store.address("run"))).isEqualTo(1);
    }

    @Test
    void theStoreRefusesWhatHasChanged() throws Exception {
        S3Case store = inBucket("versions");
        var file = SparkWork.storageWithoutSpark().exclusive(store.address("owner.json"));
        assertThat(file.create("one")).isTrue();
        assertThat(file.create("two")).isFalse();
        FileVersion one = file.read().orElseThrow();
        assertThat(one.tag()).isNotBlank();
        assertThat(file.replace(one, "two")).isTrue();
        assertThat(file.replace(one, "three")).isFalse();
        assertThat(file.delete(one)).isFalse();
        assertThat(file.delete(file.read().orElseThrow())).isTrue();
        assertThat(file.read()).isEmpty();
    }

    private static long winners(String run) throws Exception {
        int threads = 6;
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<RunLease> taken = Collections.synchronizedList(new ArrayList<>());
        try {
            Callable<Boolean> taker = () -> {
                start.await();
                try {
                    taken.add(acquire(run));
                    return true;
                } catch (DirectoryInUseException e) {
                    return false;
                }
            };
            long winners = 0;
            for (Future<Boolean> won : pool.invokeAll(Collections.nCopies(threads, taker))) {
                winners += won.get() ? 1 : 0;
            }
            return winners;
        } finally {
            taken.forEach(RunLease::close);
            pool.shutdownNow();
        }
    }

    private static RunLease acquire(String run) {
        return acquire(run, new ArrayList<>());
    }

    private static RunLease acquire(String run, List<String> said) {
        Storage files = SparkWork.storageWithoutSpark();
        return RunLease.acquire(
                files, LeasedDirectory.ofRun(run), LeaseTimes.OF_COMMANDS, Clock.systemUTC(), said::add);
    }

    private static S3Case inBucket(String bucket, String... more) throws IOException {
        server.bucket(bucket);
        S3Case.reach(bucket, server.endpoint(), more);
        return new S3Case(tiny, bucket);
    }
}
