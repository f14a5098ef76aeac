// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.storage.Storage;

class RunLeaseTest {
    private static final String TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z";
    private static final Duration LONG_AGO = Duration.ofMinutes(3);

    @TempDir
    private Path root;

    private final Storage storage = new Storage(new Configuration(false));
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final List<RunLease> taken = Collections.synchronizedList(new ArrayList<>());
    private Path directory;
    private Path file;

    @BeforeEach
    void names() {
        directory = root.resolve("run");
        file = directory.resolve("owner.json");
    }

    @AfterEach
    void giveBack() {
        taken.forEach(RunLease::close);
    }

    @Test
    void theFileSaysWhoAndSinceWhen() throws IOException {
        acquire();
        LeaseFile lease = LeaseFile.parse("owner.json", Files.readString(file)).orElseThrow();
        assertThat(lease.owner().user()).isEqualTo(System.getProperty("user.name"));
        assertThat(lease.owner().host()).isNotBlank();
        assertThat(lease.owner().process()).isEqualTo(ProcessHandle.current().pid());
        assertThat(Instant.parse(lease.since())).isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(lease.token()).hasSize(36);
    }

    @Test
    void aSecondProcessIsRefusedWithOwnerAndTime() {
        acquire();
        String owner = Pattern.quote(System.getProperty("user.name")) + " on \\S+ \\(process "
                + ProcessHandle.current().pid() + "\\)";
        String message = "the run directory " + Pattern.quote(directory.toString()) + " is in use since " + TIME
                + " by " + owner + ": wait for it, stop it, or name another directory with --run; if that process is"
                + " gone, the directory can be taken over at " + TIME;
        assertThatThrownBy(this::acquire)
                .isInstanceOf(DirectoryInUseException.class)
                .hasMessageMatching(message);
        assertThatThrownBy(this::look)
                .isInstanceOf(DirectoryInUseException.class)
                .hasMessageMatching(message);
        assertThat(said).isEmpty();
    }

    @Test
    void givingBackLeavesNothingOfIt() throws IOException {
        acquire().close();
        assertThat(directory).doesNotExist();
        Files.createDirectory(directory);
        acquire().close();
        assertThat(directory).isEmptyDirectory();
        RunLease third = acquire();
        Files.writeString(directory.resolve("run.json"), "{}");
        third.close();
        third.close();
        assertThat(directory.toFile().list()).containsExactly("run.json");
        look();
    }

    @Test
    void theLeaseOfAKilledProcessIsTakenOverAtOnce() throws Exception {
        long pid;
        try (LeaseHolder holder = LeaseHolder.start(directory.toString())) {
            pid = holder.pid();
            assertThatThrownBy(this::acquire).hasMessageContaining("(process " + pid + ")");
        }
        look();
        acquire().ensureOwn();
        assertThat(said).hasSize(1);
        assertThat(said.get(0))
                .startsWith("takes over the run directory " + directory + ", which was in use since ")
                .endsWith("(process " + pid + "): that process has ended");
    }

    @Test
    void aProcessWithTheSameNumberButAnotherStartHasEnded() throws IOException {
        LeaseOwner here = LeaseOwner.ofThisProcess();
        write(new LeaseOwner(here.user(), here.host(), here.process(), "2020-01-01T00:00:00Z", here.processSpace()));
        acquire();
        assertThat(said).singleElement().asString().endsWith(": that process has ended");
    }

    @Test
    void aLeaseOnAnotherHostLastsUntilItIsOld() throws IOException {
        write(elsewhere());
        assertThatThrownBy(this::acquire).hasMessageContaining("by ada on far (process 7): wait for it");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofSeconds(100))));
        assertThatThrownBy(this::acquire).isInstanceOf(DirectoryInUseException.class);
        grow();
        look();
        acquire().ensureOwn();
        assertThat(said)
                .singleElement()
                .asString()
                .matches(
                        "takes over .*, which was in use since 2026-01-02T03:04:05Z by ada on far \\(process 7\\): that"
                                + " process has not renewed its lease for 1[0-9]{2} s");
    }

    @Test
    void whatIsNoLeaseCountsAsOneUntilItIsOld() throws IOException {
        Files.createDirectory(directory);
        Files.writeString(file, "{\"schema\":1,\"tok");
        assertThatThrownBy(this::acquire)
                .hasMessageStartingWith(
                        "the run directory " + directory + " is in use by a process that is not known: wait for it");
        grow();
        acquire().ensureOwn();
    }

    @Test
    void whatTheFileSaysForgesNoLine() throws IOException {
        write(new LeaseOwner("ada\npure: all is well", "\u001b[2J", 7, null, null));
        assertThatThrownBy(this::acquire).hasMessageContaining("by ada\\npure: all is well on \\u001b[2J (process 7)");
        Files.writeString(file, Files.readString(file).replace("\"processStart\" : null", "\"processStart\" : \"x\""));
        assertThatThrownBy(this::acquire).hasMessageContaining("is in use by a process that is not known");
    }

    @Test
    void whoIsPatientWaitsForADeadOwner() throws IOException {
        write(elsewhere());
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofSeconds(118))));
        acquire(LeaseTimes.OF_SWEEPS).ensureOwn();
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).endsWith(": waits to see whether that process is still there");
    }

    @Test
    void theOwnerRenewsItsLease() throws Exception {
        acquire(new LeaseTimes(Duration.ofMillis(20), Duration.ofMinutes(2), Duration.ZERO));
        grow();
        Instant old = Files.getLastModifiedTime(file).toInstant();
        for (int i = 0; i < 200 && Files.getLastModifiedTime(file).toInstant().equals(old); i++) {
            Thread.sleep(20);
        }
        assertThat(Files.getLastModifiedTime(file).toInstant()).isAfter(old.plusSeconds(60));
        assertThatThrownBy(this::acquire).isInstanceOf(DirectoryInUseException.class);
    }

    @Test
    void whoeverLosesTheLeaseIsStoppedAndLeavesTheOthersAlone() throws IOException {
        RunLease first = acquire();
        grow();
        RunLease second = acquire();
        assertThatThrownBy(first::ensureOwn)
                .isInstanceOf(DirectoryInUseException.class)
                .hasMessageMatching("the run directory " + Pattern.quote(directory.toString())
                        + " was taken over from this process, and is in use since " + TIME + " by \\S+ on \\S+"
                        + " \\(process [0-9]+\\): this process writes nothing more there.*with --run");
        first.close();
        second.ensureOwn();
        Files.delete(file);
        assertThatThrownBy(second::ensureOwn)
                .isInstanceOf(DirectoryInUseException.class)
                .hasMessage("the lease of this process, " + file + ", was removed: this process writes nothing more in"
                        + " the run directory " + directory + ". If no other process works there, give the same"
                        + " command again");
    }

    @Test
    void ofManyThatCreateOneWins() throws Exception {
        assertThat(winners()).isEqualTo(1);
    }

    @Test
    void ofManyThatTakeOverOneWins() throws Exception {
        for (int i = 0; i < 10; i++) {
            write(elsewhere());
            grow();
            said.clear();
            assertThat(winners()).isEqualTo(1);
            assertThat(said).hasSize(1);
            taken.forEach(RunLease::close);
            taken.clear();
        }
    }

    @Test
    void whatCannotBeWrittenIsNamed() throws IOException {
        Path inTheWay = Files.writeString(root.resolve("file"), "x");
        for (String address : List.of(inTheWay.resolve("run").toString(), "/proc/run")) {
            assertThatThrownBy(() -> RunLease.acquire(
                            storage,
                            LeasedDirectory.ofRun(address),
                            LeaseTimes.OF_COMMANDS,
                            Clock.systemUTC(),
                            said::add))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("cannot write in the run directory " + address + " (")
                    .hasMessageEndingWith("): name one that can be written, with --run");
        }
    }

    @Test
    void aDirectoryOfASweepIsNamedAsOne() {
        LeasedDirectory sweep = LeasedDirectory.ofSweep(directory.toString());
        try (RunLease lease = RunLease.acquire(storage, sweep, LeaseTimes.OF_COMMANDS, Clock.systemUTC(), said::add)) {
            assertThat(lease.shortToken()).hasSize(8);
            assertThatThrownBy(() -> RunLease.refuseIfInUse(storage, sweep, LeaseTimes.OF_COMMANDS, Clock.systemUTC()))
                    .hasMessageStartingWith("the sweep's directory " + directory + " is in use since ")
                    .hasMessageContaining("name another directory with --out");
        }
    }

    private RunLease acquire() {
        return acquire(LeaseTimes.OF_COMMANDS);
    }

    private RunLease acquire(LeaseTimes times) {
        RunLease lease = RunLease.acquire(
                storage, LeasedDirectory.ofRun(directory.toString()), times, Clock.systemUTC(), said::add);
        taken.add(lease);
        return lease;
    }

    private void look() throws IOException {
        RunLease.refuseIfInUse(
                storage, LeasedDirectory.ofRun(directory.toString()), LeaseTimes.OF_COMMANDS, Clock.systemUTC());
    }

    /** How many of sixteen that begin together take the lease; the others are refused. */
    private long winners() throws Exception {
        int threads = 16;
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Boolean>> takers = Collections.nCopies(threads, () -> {
                start.await();
                try {
                    acquire();
                    return true;
                } catch (DirectoryInUseException e) {
                    return false;
                }
            });
            long winners = 0;
            for (Future<Boolean> won : pool.invokeAll(takers)) {
                winners += won.get() ? 1 : 0;
            }
            return winners;
        } finally {
            pool.shutdownNow();
        }
    }

    private static LeaseOwner elsewhere() {
        return new LeaseOwner("ada", "far", 7, "2026-01-02T03:04:00Z", "another boot pid:[1]");
    }

    private void write(LeaseOwner owner) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(
                file,
                LeaseFile.of("a-token", owner, Instant.parse("2026-01-02T03:04:05Z"))
                        .json());
    }

    /** As if it were not renewed for three minutes. */
    private void grow() throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(LONG_AGO)));
    }
}
