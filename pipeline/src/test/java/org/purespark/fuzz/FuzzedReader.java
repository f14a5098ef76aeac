// SPDX-License-Identifier: Apache-2.0
package org.purespark.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.purespark.storage.Storage;

/**
 * A reader that is tried with files which nobody would write. A usual test run reads the seeds, real files and those of
 * earlier findings, and some thousand changed ones; {@code benchmarks/fuzz} lets Jazzer change them for as long as it
 * is told. See docs/fuzzing.md.
 *
 * <p>Seeds lie in {@code NameOfTheTestInputs/readsOrRefuses} beside the test's package in the resources.
 */
public abstract class FuzzedReader {
    private static final int CHANGED_FILES = Integer.getInteger("fuzz.changed", 100);

    private final Configuration configuration = MemoryFiles.configuration();
    private final MemoryFiles files;

    /** Reads {@link #files()}. */
    protected final Storage storage = new Storage(configuration);

    protected FuzzedReader() {
        try {
            files = MemoryFiles.of(configuration);
        } catch (IOException e) {
            throw new IllegalStateException("cannot make files in memory", e);
        }
    }

    /** Reads the file as a run would do. */
    protected abstract void read(byte[] file) throws IOException;

    /** Files in memory; none before each reading. */
    protected MemoryFiles files() {
        return files;
    }

    /** Puts the file into memory. */
    protected String put(String path, byte[] file) {
        files.put(path, file);
        return MemoryFiles.address(path);
    }

    @FuzzTest
    public void readsOrRefuses(byte[] file) throws IOException {
        isRead(file);
    }

    @Test
    public void readsOrRefusesChangedSeeds() throws Exception {
        List<byte[]> seeds = seeds();
        ChangedFiles changed = new ChangedFiles(seeds);
        for (int number = 0; number < CHANGED_FILES; number++) {
            byte[] file = changed.file(number);
            try {
                isRead(file);
            } catch (Throwable e) {
                Path kept = Path.of("target", "fuzz-" + getClass().getSimpleName() + "-" + number);
                Files.write(kept, file);
                throw new AssertionError("changed file " + number + ", kept as " + kept, e);
            }
        }
    }

    /** Seeds that are all refused reach little of a reader. */
    @Test
    public void readsSomeSeeds() throws Exception {
        int read = 0;
        for (byte[] seed : seeds()) {
            read += isRead(seed) ? 1 : 0;
        }
        assertThat(read).as("seeds that are read").isPositive();
    }

    private boolean isRead(byte[] file) throws IOException {
        files.clear();
        return ReadingLimits.hold(file.length, () -> read(file));
    }

    private List<byte[]> seeds() throws IOException, URISyntaxException {
        URL directory = getClass().getResource(getClass().getSimpleName() + "Inputs/readsOrRefuses");
        assertThat(directory).as("seeds of " + getClass().getSimpleName()).isNotNull();
        List<byte[]> seeds = new ArrayList<>();
        try (Stream<Path> paths = Files.list(Path.of(directory.toURI()))) {
            for (Path path : paths.sorted().toList()) {
                seeds.add(Files.readAllBytes(path));
            }
        }
        return seeds;
    }
}
