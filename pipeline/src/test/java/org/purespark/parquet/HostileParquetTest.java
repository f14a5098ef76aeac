// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.storage.Storage;
import org.purespark.text.LabelColumn;
import org.purespark.text.TextLimits;

/** Parquet files that are small and stand for much. */
class HostileParquetTest {
    private static final Storage STORAGE = new Storage(new Configuration());

    @TempDir
    private Path directory;

    /** The same row again and again is a dictionary of one entry and a run length. */
    @Test
    void rowsThatAreRepeatedInAFewBytesAreCountedAgainstTheSetting() throws IOException {
        Path file = directory.resolve("rows.parquet");
        Iterator<Integer> rows = Collections.nCopies(300_000, 0).iterator();
        byte[] content = ParquetFile.write(
                MessageTypeParser.parseMessageType(
                        "message m { required binary text (STRING); required int32 label; }"),
                rows,
                (row, none) -> {
                    row.add("text", "the same text");
                    row.add("label", 1);
                });
        assertThat(content).hasSizeLessThan(20_000);
        Files.write(file, content);
        ParquetTexts limited = new ParquetTexts(STORAGE, new TextLimits(100_000, 1_000));
        assertThatThrownBy(() -> limited.read(file.toString(), LabelColumn.REQUIRED))
                .isInstanceOf(InputException.class)
                .hasMessage(file + ", row 100001: there are more rows than data.max-rows allows, 100000; take a part of"
                        + " the texts, or raise it with --set data.max-rows=NUMBER");
        ParquetTexts enough = new ParquetTexts(STORAGE, new TextLimits(300_000, 1_000));
        assertThat(enough.read(file.toString(), LabelColumn.REQUIRED).size()).isEqualTo(300_000);
    }

    @Test
    void aPageThatSaysItIsHugeIsRefusedBeforeItIsUnpacked() {
        PageLimits limits = new PageLimits(new CodecFactory(new Configuration(), 1 << 20), 1_000);
        var gzip = limits.getDecompressor(CompressionCodecName.GZIP);
        assertThatThrownBy(() -> gzip.decompress(BytesInput.from(new byte[10]), Integer.MAX_VALUE))
                .isInstanceOf(IOException.class)
                .hasMessage("a page has 2147483647 bytes when it is unpacked, the most is 128000000");
        assertThatThrownBy(
                        () -> gzip.decompress(ByteBuffer.allocate(10), 10, ByteBuffer.allocate(10), Integer.MAX_VALUE))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> limits.allocate(Integer.MAX_VALUE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("it asks for a buffer of 2147483647 bytes, more than the file has");
    }
}
