// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.purespark.storage.Storage;

/**
 * Writes labelled texts as CSV (RFC 4180) with the columns {@code label,text}, and {@code text_pair} where the first
 * row is a pair.
 */
public record TextCsv(Storage storage) {
    public void write(String address, List<LabelledText> rows) throws IOException {
        storage.write(address, out -> {
            // not closed here: after a failure, closing would publish an incomplete file
            CsvWriter csv = CsvWriter.builder()
                    .lineDelimiter(de.siegmar.fastcsv.writer.LineDelimiter.LF)
                    .build(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            boolean pairs = !rows.isEmpty() && rows.get(0).parts().isPair();
            if (pairs) {
                csv.writeRecord("label", "text", PairColumn.USUAL_NAME);
            } else {
                csv.writeRecord("label", "text");
            }
            for (LabelledText row : rows) {
                if (pairs) {
                    csv.writeRecord(row.label(), row.text(), row.parts().second());
                } else {
                    csv.writeRecord(row.label(), row.text());
                }
            }
            csv.flush();
        });
    }
}
