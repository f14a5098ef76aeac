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
import org.purespark.storage.FileKind;
import org.purespark.storage.JsonReason;
import org.purespark.storage.Storage;

/** JSON objects as files: strict in reading (no duplicate keys, nothing after the object), stable in writing. */
final class JsonFile {
    static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private JsonFile() {}

    /** @throws InputException if the file is larger than its kind may be, no UTF-8, or no JSON object */
    static ObjectNode read(Storage storage, String address, FileKind kind) throws IOException {
        return parse(storage.readText(address, kind), address);
    }

    static ObjectNode parse(String content, String place) {
        JsonNode node;
        try {
            node = MAPPER.readTree(content.startsWith(BYTE_ORDER_MARK) ? content.substring(1) : content);
        } catch (JsonProcessingException e) {
            throw new InputException("cannot read " + place + ": not valid JSON: " + reason(e) + ifPointer(content), e);
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new InputException("cannot read " + place + ": expected a JSON object" + ifPointer(content));
    }

    private static String ifPointer(String content) {
        return GitLfsPointer.starts(content) ? "; " + GitLfsPointer.ADVICE : "";
    }

    /** The parser's message with line and column, without the quoted source. */
    static String reason(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        return JsonReason.of(e) + where;
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
