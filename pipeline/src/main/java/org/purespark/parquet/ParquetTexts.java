// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import java.io.IOException;
import java.util.List;
import org.purespark.InputException;
import org.purespark.storage.Storage;
import org.purespark.text.CheckedRows;
import org.purespark.text.LabelColumn;
import org.purespark.text.RowSink;
import org.purespark.text.RowUnit;
import org.purespark.text.SinkFailure;
import org.purespark.text.TextColumns;
import org.purespark.text.TextFileReader;
import org.purespark.text.TextReader;
import org.purespark.text.TextRules;

/**
 * Reads texts from a Parquet file, or a directory of them in the order of their names, in this process. Rows are
 * numbered from 1 over all files. Columns are a string for the text, a string or an integer for the label; the name of
 * a directory on the way to a file, {@code label=1}, is a column too.
 */
public record ParquetTexts(Storage storage, TextRules rules) implements TextReader {
    /** Reads texts of every format, not only Parquet. */
    public static TextReader andTextFiles(Storage storage, TextRules rules) {
        return new TextFileReader(storage, new ParquetTexts(storage, rules), rules);
    }

    @Override
    public void read(String address, LabelColumn labels, RowSink sink) {
        CheckedRows rows = new CheckedRows(address, RowUnit.ROW, labels, rules, sink);
        long[] number = new long[1];
        try {
            List<String> files = ParquetFile.addresses(storage, address);
            PartitionColumns partitions = PartitionColumns.of(address, files);
            for (String file : files) {
                TextFields fields = TextFields.find(
                        address,
                        ParquetFile.schema(storage, file),
                        partitions.of(file),
                        names -> TextColumns.find(address, names, rules.columns(), labels),
                        rules.columns().cells().form());
                ParquetFile.read(storage, file, fields.projection(), row -> {
                    String place = RowUnit.ROW.place(address, ++number[0]);
                    rows.add(number[0], fields.text(row, place), fields.label(row, place));
                });
            }
        } catch (SinkFailure e) {
            throw e.failure();
        } catch (InputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw ParquetFile.unreadable(address, e);
        }
        rows.end();
    }
}
