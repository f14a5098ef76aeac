// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.storage.Storage;

/**
 * Reads TSV, CSV (RFC 4180) and JSON lines from any Hadoop file system, as strict UTF-8 with or without a byte order
 * mark, lines ended by LF or CRLF. Another reader reads Parquet. Blank lines after the last row are accepted.
 */
public final class TextFileReader implements TextReader {
    private final Storage storage;
    private final TextReader parquet;
    private final TextLimits limits;

    /**
     * @param parquet reads Parquet files and directories
     * @param limits of one file
     */
    public TextFileReader(Storage storage, TextReader parquet, TextLimits limits) {
        this.storage = storage;
        this.parquet = parquet;
        this.limits = limits;
    }

    @Override
    public void read(String address, LabelColumn labels, RowSink sink) {
        try {
            TextFormat format = format(address);
            if (format == TextFormat.PARQUET) {
                parquet.read(address, labels, sink);
            } else {
                read(address, format, labels, sink);
            }
        } catch (SinkFailure e) {
            throw e.failure();
        } catch (FileNotFoundException e) {
            throw new InputException(address + ": no such file; check the path", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new InputException(address + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private TextFormat format(String address) throws IOException {
        boolean directory = storage.isDirectory(address);
        if (!directory && !storage.exists(address)) {
            throw new InputException(address + ": no such file; check the path");
        }
        if (directory && TextFormat.ofExtension(address).isEmpty() && holdsParquet(address)) {
            return TextFormat.PARQUET;
        }
        TextFormat format = TextFormat.of(address);
        if (directory && format != TextFormat.PARQUET) {
            throw new InputException(address + ": is a directory; give a file (only Parquet may be a directory)");
        }
        return format;
    }

    private boolean holdsParquet(String directory) throws IOException {
        return storage.fileNames(directory).stream()
                .anyMatch(name -> TextFormat.ofExtension(name).equals(Optional.of(TextFormat.PARQUET)));
    }

    private void read(String address, TextFormat format, LabelColumn labels, RowSink sink) throws IOException {
        try (StrictUtf8Reader reader = new StrictUtf8Reader(address, storage.open(address))) {
            switch (format) {
                case TSV -> new DelimitedTexts(address, labels, limits).read(new TsvRows(reader), sink);
                case CSV -> new DelimitedTexts(address, labels, limits).read(new CsvRows(address, reader), sink);
                case JSON_LINES -> new JsonLineTexts(address, labels, limits).read(reader, sink);
                case PARQUET -> throw new IllegalStateException("Parquet has its own reader");
            }
        }
    }
}
