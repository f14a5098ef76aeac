// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFileTest {
    @TempDir
    private Path directory;

    @Test
    void whatIsKeptCanBeReadAndHasNoName() {
        ByteBuffer second;
        ByteBuffer first;
        try (ScratchFile scratch = new ScratchFile(directory)) {
            assertThat(directory).isEmptyDirectory();
            first = scratch.keep(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            second = scratch.keep(ByteBuffer.wrap(new byte[] {9, 4, 5, 9}, 1, 2));
            assertThat(directory).isEmptyDirectory();
        }
        assertThat(first).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(second).isEqualTo(ByteBuffer.wrap(new byte[] {4, 5}));
    }

    @Test
    void aDirectoryThatFailsIsNamed() {
        Path none = directory.resolve("none");
        try (ScratchFile scratch = new ScratchFile(none)) {
            assertThatThrownBy(() -> scratch.keep(ByteBuffer.allocate(1)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasRootCauseInstanceOf(java.nio.file.NoSuchFileException.class)
                    .cause()
                    .isInstanceOf(StorageException.class)
                    .hasMessageStartingWith("the file system of " + none + " fails (")
                    .hasMessageEndingWith("): when that is mended, the same command goes on from here");
        }
    }
}
