// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.purespark.storage.Storage;

/** Writes labelled texts as CSV (RFC 4180) with the columns {@code label,text}. */
public record TextCsv(Storage storage) {
    public void write(String address, List<LabelledText> rows) throws IOException {
        storage.write(address, out -> {
            // not closed here: after a failure, closing would publish an incomplete file
            CsvWriter csv = CsvWriter.builder()
                    .lineDelimiter(de.siegmar.fastcsv.writer.LineDelimiter.LF)
                    .build(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            csv.writeRecord("label", "text");
            for (LabelledText row : rows) {
                csv.writeRecord(row.label(), row.text());
            }
            csv.flush();
        });
    }
}
