// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;
import org.purespark.storage.JsonReason;

/** A manifest with one JSON object on each line; blank lines are ignored. */
final class JsonRows {
    private JsonRows() {}

    static List<ManifestRow> of(String address, String text) {
        JsonMapper json = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        List<ManifestRow> rows = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            String place = address + ", line " + ++number;
            if (line.isBlank()) {
                continue;
            }
            JsonNode row;
            try {
                row = json.readTree(line);
            } catch (JsonProcessingException e) {
                throw new InputException(place + ": not valid JSON (" + JsonReason.of(e) + ")", e);
            }
            if (!(row instanceof ObjectNode object)) {
                throw new InputException(place + ": a JSON object is expected, one a line");
            }
            rows.add(new ManifestRow(place, object));
        }
        return rows;
    }
}
