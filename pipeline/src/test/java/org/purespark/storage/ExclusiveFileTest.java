// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExclusiveFileTest {
    @TempDir
    private Path directory;

    /** All ways, on local files: each must do what the interface says. */
    static List<ExclusiveWrites> ways() {
        return List.of(new LockedLocalWrites(), new MarkedWrites(), new ConditionalWrites(Duration.ofMillis(5)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void whatIsThereIsNotCreatedAndWhatHasChangedIsNotReplaced(ExclusiveWrites way) throws IOException {
        FileSystem files = FileSystem.newInstanceLocal(new Configuration()).getRaw();
        org.apache.hadoop.fs.Path path =
                new org.apache.hadoop.fs.Path(directory.resolve("owner.json").toString());
        FileVersion absent = new FileVersion("none", 0, null);
        assertThat(way.replace(files, path, absent, "one")).isFalse();
        assertThat(way.delete(files, path, absent)).isFalse();
        assertThat(way.create(files, path, "one, which is longer")).isTrue();
        assertThat(way.create(files, path, "two")).isFalse();
        assertThat(way.replace(files, path, new FileVersion("other", 0, null), "two"))
                .isFalse();
        assertThat(directory.resolve("owner.json")).hasContent("one, which is longer");
        FileVersion first = new FileVersion("one, which is longer", 0, null);
        assertThat(way.replace(files, path, first, "two")).isTrue();
        assertThat(way.replace(files, path, first, "three")).isFalse();
        assertThat(directory.resolve("owner.json")).hasContent("two");
        assertThat(way.delete(files, path, first)).isFalse();
        assertThat(way.delete(files, path, new FileVersion("two", 0, null))).isTrue();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void ofManyThatReplaceTheSameVersionOneSucceeds() throws IOException {
        ExclusiveFile file = file("owner.json");
        assertThat(file.create("0")).isTrue();
        for (int round = 0; round < 20; round++) {
            FileVersion seen = file.read().orElseThrow();
            AtomicInteger successes = new AtomicInteger();
            String prefix = "round " + round + ", taker ";
            IntStream.range(0, 8).parallel().forEach(taker -> {
                try {
                    successes.addAndGet(file.replace(seen, prefix + taker) ? 1 : 0);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(successes).hasValue(1);
            assertThat(file.read().orElseThrow().content()).startsWith(prefix);
        }
    }

    @Test
    void parentsAreMadeAndTheClockIsTheStores() throws IOException {
        ExclusiveFile file = file("deep/er/owner.json");
        assertThat(file.read()).isEmpty();
        assertThat(file.create("x")).isTrue();
        long modified = file.read().orElseThrow().modifiedMillis();
        assertThat(file.clockMillis()).isBetween(modified, modified + 60_000);
        assertThat(Files.list(directory.resolve("deep/er"))).hasSize(1);
    }

    private ExclusiveFile file(String name) {
        return new Storage(new Configuration(false))
                .exclusive(directory.resolve(name).toString());
    }
}
