// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadDigestsTest {
    private static final int BYTES = 1 << 20;

    @TempDir
    Path directory;

    private final ReadDigests digests = new ReadDigests(new Storage(new Configuration()));
    private String address;
    private FileContent content;

    @BeforeEach
    void writeFile() throws IOException {
        byte[] bytes = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (i * 31 >> 3);
        }
        address = Files.write(directory.resolve("file"), bytes).toString();
        content = new FileContent(BYTES, Sha256.of(bytes));
    }

    @Test
    void fileThatWasReadWholeIsNotReadAgain() throws IOException {
        assertThat(digests.storage().read(address, FileKind.RUN_FILE)).hasSize(BYTES);
        assertThat(bytesReadBy(() -> assertThat(digests.take(address)).isEqualTo(content)))
                .isZero();
    }

    @Test
    void onlyTheRestOfAFileThatWasReadInPartIsRead() throws IOException {
        try (InputStream in = digests.storage().open(address)) {
            in.readNBytes(1000);
            in.skipNBytes(200_000);
            assertThat(in.read()).isEqualTo(Files.readAllBytes(Path.of(address))[201_000] & 0xff);
        }
        // The local file system reads ahead by a few kilobytes.
        assertThat(bytesReadBy(() -> assertThat(digests.take(address)).isEqualTo(content)))
                .isBetween(BYTES - 201_001L, BYTES - 190_000L);
    }

    @Test
    void lookAtAnotherPlaceIsNoReading() throws IOException {
        try (InputStream in = digests.storage().open(address)) {
            in.skipNBytes(500_000);
            assertThat(in.readNBytes(100))
                    .isEqualTo(Arrays.copyOfRange(Files.readAllBytes(Path.of(address)), 500_000, 500_100));
        }
        assertThat(digests.take(address)).isEqualTo(content);
    }

    @Test
    void fileThatNobodyHasReadIsRead() throws IOException {
        assertThat(digests.take(address)).isEqualTo(content);
    }

    @Test
    void lookAtTheStartDoesNotReplaceTheWholeReading() throws IOException {
        digests.storage().read(address, FileKind.RUN_FILE);
        try (InputStream in = digests.storage().open(address)) {
            in.readNBytes(4);
        }
        assertThat(bytesReadBy(() -> digests.take(address))).isZero();
    }

    @Test
    void fileThatHasChangedSinceIsDigestedAnew() throws IOException {
        digests.storage().read(address, FileKind.RUN_FILE);
        digests.take(address);
        Files.writeString(Path.of(address), "other");
        assertThat(digests.take(address))
                .isEqualTo(new FileContent(5, Sha256.of("other".getBytes(StandardCharsets.UTF_8))));
    }

    private interface Reading {
        void run() throws IOException;
    }

    @SuppressWarnings("deprecation") // the only count of what a local file system has read
    private static long bytesReadBy(Reading reading) throws IOException {
        FileSystem.Statistics statistics = FileSystem.getStatistics("file", RawLocalFileSystem.class);
        long before = statistics.getBytesRead();
        reading.run();
        return statistics.getBytesRead() - before;
    }
}
