// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;

/** A comma-separated manifest (RFC 4180): a header, then one suspect in each row; an empty cell has no value. */
final class CsvManifestRows {
    private CsvManifestRows() {}

    static List<ManifestRow> of(String address, String text) {
        List<ManifestRow> rows = new ArrayList<>();
        List<String> header = null;
        try {
            for (CsvRecord record : CsvReader.builder()
                    .allowExtraFields(true)
                    .allowMissingFields(true)
                    .ofCsvRecord(text)) {
                String place = address + ", line " + record.getStartingLineNumber();
                if (header == null) {
                    header = header(place, record.getFields());
                } else {
                    rows.add(new ManifestRow(place, fields(place, header, record.getFields())));
                }
            }
        } catch (CsvParseException e) {
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new InputException(address + ": not valid CSV (" + reason + ")", e);
        }
        return rows;
    }

    private static List<String> header(String place, List<String> names) {
        List<String> header = names.stream().map(String::strip).toList();
        for (int i = 0; i < header.size(); i++) {
            if (header.get(i).isEmpty()) {
                throw new InputException(place + ": column " + (i + 1) + " has no name");
            }
            if (header.indexOf(header.get(i)) < i) {
                throw new InputException(place + ": the column " + header.get(i) + " is there twice");
            }
        }
        return header;
    }

    private static ObjectNode fields(String place, List<String> header, List<String> cells) {
        if (cells.size() != header.size()) {
            throw new InputException(place + ": the row has " + cells.size() + " cells and the header " + header.size()
                    + "; a value that holds a comma must be quoted");
        }
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < header.size(); i++) {
            String cell = cells.get(i).strip();
            if (cell.isEmpty()) {
                fields.putNull(header.get(i));
            } else {
                fields.put(header.get(i), cell);
            }
        }
        return fields;
    }
}
