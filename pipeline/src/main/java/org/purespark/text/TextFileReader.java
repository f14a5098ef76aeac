// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.storage.Storage;

/**
 * Reads TSV, CSV (RFC 4180), JSON lines and JSON arrays from any Hadoop file system, packed by gzip or not, as strict
 * UTF-8 with or without a byte order mark, lines ended by LF or CRLF. Another reader reads Parquet. Blank lines after
 * the last row are accepted.
 */
public final class TextFileReader implements TextReader {
    /** At the start of a JSON file. */
    private static final int MOST_SPACES = 4096;

    private final Storage storage;
    private final TextReader parquet;
    private final TextRules rules;

    /**
     * @param parquet reads Parquet files and directories
     * @param rules what the user says of the files
     */
    public TextFileReader(Storage storage, TextReader parquet, TextRules rules) {
        this.storage = storage;
        this.parquet = parquet;
        this.rules = rules;
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
        try (StrictUtf8Reader reader = new StrictUtf8Reader(address, open(address))) {
            switch (format) {
                case TSV -> new DelimitedTexts(address, labels, rules).read(new TsvRows(address, reader), sink);
                case CSV -> new DelimitedTexts(address, labels, rules)
                        .read(new CsvRows(address, rules.delimiter(), reader), sink);
                case JSON_LINES -> new JsonLineTexts(address, labels, rules).read(reader, sink);
                case JSON -> readJson(address, labels, reader, sink);
                case PARQUET -> throw new IllegalStateException("Parquet has its own reader");
            }
        }
    }

    private void readJson(String address, LabelColumn labels, StrictUtf8Reader reader, RowSink sink)
            throws IOException {
        BufferedReader characters = new BufferedReader(reader);
        if (isArray(characters)) {
            new JsonArrayTexts(address, labels, rules).read(reader, characters, sink);
        } else {
            new JsonLineTexts(address, labels, rules).read(characters, sink);
        }
    }

    /** Looks at the first character that is no space. */
    private static boolean isArray(BufferedReader characters) throws IOException {
        characters.mark(MOST_SPACES);
        int first = ' ';
        for (int i = 0; i < MOST_SPACES && Character.isWhitespace(first); i++) {
            first = characters.read();
        }
        characters.reset();
        return first == '[';
    }

    private InputStream open(String address) throws IOException {
        InputStream file = storage.open(address);
        return TextFormat.isPacked(address) ? new GzipInput(address, file) : file;
    }
}
