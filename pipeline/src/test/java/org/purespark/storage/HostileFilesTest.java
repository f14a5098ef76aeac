// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;

/** Things in the place of files that never end, never begin, or are too large. */
@Timeout(20)
class HostileFilesTest {
    @TempDir
    Path directory;

    private final Storage storage = new Storage(new Configuration());

    @Test
    void aPipeIsRefusedWithoutWaitingForItsWriter() throws Exception {
        Path pipe = directory.resolve("config.json");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> storage.open(pipe.toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read " + pipe + ": it is a pipe or a device, expected a regular file");
        assertThatThrownBy(() -> storage.openSeekable(pipe.toString())).isInstanceOf(InputException.class);
    }

    @Test
    void aLinkToAnEndlessDeviceIsRefused() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("config.json"), Path.of("/dev/zero"));
        assertThatThrownBy(() -> storage.read(link.toString(), FileKind.MODEL_CONFIG))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read " + link + ": it is a pipe or a device, expected a regular file");
    }

    @Test
    void aDirectoryIsNoFile() throws IOException {
        Path weights = Files.createDirectory(directory.resolve("model.safetensors"));
        assertThatThrownBy(() -> storage.open(weights.toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read " + weights + ": it is a directory, expected a file");
    }

    @Test
    void aLinkToAFileIsReadAndOneToNothingIsNamed() throws IOException {
        Path blob = Files.writeString(directory.resolve("blob"), "{}");
        Path link = Files.createSymbolicLink(directory.resolve("config.json"), blob);
        assertThat(storage.readText(link.toString(), FileKind.MODEL_CONFIG)).isEqualTo("{}");
        assertThat(storage.missingTarget(link.toString())).isEmpty();
        Files.delete(blob);
        assertThat(storage.missingTarget(link.toString())).contains(blob.toString());
        assertThat(storage.missingTarget(blob.toString())).isEmpty();
    }

    @Test
    void aFileThatIsTooLargeForItsKindIsRefused() throws IOException {
        Path config = directory.resolve("config.json");
        try (RandomAccessFile file = new RandomAccessFile(config.toFile(), "rw")) {
            file.setLength(FileKind.MODEL_CONFIG.mostBytes());
        }
        assertThat(storage.read(config.toString(), FileKind.MODEL_CONFIG)).hasSize(16 << 20);
        try (RandomAccessFile file = new RandomAccessFile(config.toFile(), "rw")) {
            file.setLength(700_000_000);
        }
        assertThatThrownBy(() -> storage.read(config.toString(), FileKind.MODEL_CONFIG))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "cannot read " + config + ": it has more than 16 MiB, the most for a model's configuration");
    }

    @Test
    void textThatIsNotUtf8IsRefusedWithItsPlace() throws IOException {
        Path file = Files.write(directory.resolve("run.json"), new byte[] {'{', '"', 'a', (byte) 0xff, '"', '}'});
        assertThatThrownBy(() -> storage.readText(file.toString(), FileKind.RUN_FILE))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read " + file + ": it is not UTF-8 at byte 3; save the file as UTF-8");
    }

    @Test
    void aFullDiskIsAnExceptionThatNamesTheFileAndTheWayOut() {
        assumeThat(Path.of("/dev/full")).exists();
        assertThatThrownBy(() -> storage.write("/dev/full", out -> out.write(new byte[1 << 20])))
                .isInstanceOf(StorageException.class)
                .hasMessage("the file system of /dev/full fails (No space left on device): free some space; then the"
                        + " same command goes on from here");
    }
}
