// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.config.CsvDelimiter;

/**
 * Rows of a comma-separated file as RFC 4180 has them, or with another delimiter: quoted fields hold delimiters, line
 * breaks and doubled quotation marks. A quotation mark inside an unquoted field stands for itself.
 */
final class CsvRows implements DelimitedTexts.RowSource {
    /** The library keeps a field in a buffer of this size at most. */
    private static final int MOST_FIELD_CHARACTERS = 1 << 24;

    private final String source;
    private final CsvDelimiter delimiter;
    private final Iterator<CsvRecord> records;
    private long nextLine = 1;

    CsvRows(String source, CsvDelimiter delimiter, Reader reader) {
        this.source = source;
        this.delimiter = delimiter;
        this.records = CsvReader.builder()
                .fieldSeparator(delimiter.character())
                .maxBufferSize(MOST_FIELD_CHARACTERS)
                .skipEmptyLines(false)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .allowExtraCharsAfterClosingQuote(false)
                .ofCsvRecord(new EndMarkingReader(reader))
                .iterator();
    }

    @Override
    public DelimitedTexts.FieldRow next() throws IOException {
        CsvRecord record;
        boolean atEnd;
        try {
            if (!records.hasNext()) {
                return null;
            }
            record = records.next();
            nextLine = record.getStartingLineNumber() + 1 + lineBreaks(record);
            atEnd = !records.hasNext();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (CsvParseException e) {
            throw badRow(e);
        }
        if (!atEnd) {
            return new DelimitedTexts.FieldRow(record.getStartingLineNumber(), record.getFields());
        }
        if (record.getFieldCount() > 1 || !record.getField(0).equals(EndMarkingReader.MARK)) {
            throw new InputException(RowUnit.LINE.place(source, record.getStartingLineNumber()) + ", column "
                    + record.getFieldCount() + ": the quotation mark that opens the field is never closed;"
                    + " close it, and double those inside the field");
        }
        return null;
    }

    private static long lineBreaks(CsvRecord record) {
        return record.getFields().stream()
                .mapToLong(field -> field.lines().count() - (field.isEmpty() ? 0 : 1) + (endsLine(field) ? 1 : 0))
                .sum();
    }

    private static boolean endsLine(String field) {
        return field.endsWith("\n") || field.endsWith("\r");
    }

    private RuntimeException badRow(CsvParseException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InputException known) {
                return known;
            }
        }
        String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
        if (reason.contains("maximum buffer size")) {
            return new InputException(
                    RowUnit.LINE.place(source, nextLine) + ": a field has more than " + MOST_FIELD_CHARACTERS
                            + " characters, a text may have " + TextLimits.MOST_CHARACTERS
                            + "; close the quotation mark that opens it, or shorten the text",
                    e);
        }
        return new InputException(
                RowUnit.LINE.place(source, nextLine) + ": " + reason
                        + "; a quoted field ends before " + delimiter.words()
                        + " or a line's end, quotation marks inside it are doubled",
                e);
    }

    @Override
    public String doubt(List<String> header) {
        return Stream.of(CsvDelimiter.values())
                .filter(other -> other != delimiter && header.size() == 1)
                .filter(other -> header.get(0).indexOf(other.character()) >= 0)
                .map(other -> "; if " + other.words() + " separates them, give --set data.delimiter='"
                        + other.spelling() + "'")
                .findFirst()
                .orElse("");
    }

    @Override
    public String advice() {
        return "a text that holds " + delimiter.words() + " or a line break must be quoted";
    }
}
