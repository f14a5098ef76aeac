// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.purespark.InputException;
import org.purespark.storage.Storage;

/** JSON objects as files: strict in reading (no duplicate keys, nothing after the object), stable in writing. */
final class JsonFile {
    static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonFile() {}

    static ObjectNode read(Storage storage, String address) throws IOException {
        return parse(storage.read(address), address);
    }

    static ObjectNode parse(byte[] content, String place) throws IOException {
        JsonNode node;
        try {
            node = MAPPER.readTree(content);
        } catch (JsonProcessingException e) {
            throw new InputException("cannot read " + place + ": not valid JSON: " + reason(e), e);
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new InputException("cannot read " + place + ": expected a JSON object");
    }

    /** The parser's message with line and column, without the quoted source. */
    static String reason(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        return e.getOriginalMessage() + where;
    }

    /** Indented with two spaces, line feeds on every platform, keys in the node's order, a line feed at the end. */
    static byte[] render(JsonNode node) throws IOException {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                .withArrayIndenter(new DefaultIndenter("  ", "\n"));
        byte[] content = MAPPER.writer(printer).writeValueAsBytes(node);
        byte[] line = java.util.Arrays.copyOf(content, content.length + 1);
        line[content.length] = '\n';
        return line;
    }
}
