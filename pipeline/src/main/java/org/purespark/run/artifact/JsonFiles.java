// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import org.purespark.InputException;
import org.purespark.storage.FileKind;
import org.purespark.storage.JsonReason;
import org.purespark.storage.Storage;

/**
 * The JSON files of a run directory, as records whose first field is {@code schema}. The same record gives the same
 * bytes: fields in their order, numbers with all their digits, absent values null, one line. Reading is strict: a
 * missing (unless it may be), unknown or repeated field, a wrong type, or a value that the record refuses is an error
 * that names the file.
 */
public final class JsonFiles {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_IGNORED_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private final Storage storage;

    public JsonFiles(Storage storage) {
        this.storage = storage;
    }

    /** Replaces the file as a whole: a reader sees the old one or the new one. */
    public void write(String address, Record content) throws IOException {
        storage.replace(address, line(content));
    }

    /**
     * Reads a file of the kind {@code type}.
     *
     * @throws InputException if the file is absent, is not JSON, has another schema, or its content is not valid
     */
    public <T extends Record> T read(String address, Class<T> type, int schema) throws IOException {
        try {
            return parse(address, storage.readText(address, FileKind.RUN_FILE), type, schema);
        } catch (FileNotFoundException e) {
            throw new InputException(
                    "there is no file " + address + ": run the stage that writes it, or name another run directory", e);
        }
    }

    /** The record in {@code text}, the content of {@code address}. */
    public static <T extends Record> T parse(String address, String text, Class<T> type, int schema) {
        try {
            JsonNode tree = MAPPER.readTree(text);
            checkSchema(address, tree, schema);
            fill(tree, type);
            return MAPPER.treeToValue(tree, type);
        } catch (ValueInstantiationException e) {
            throw unreadable(
                    address,
                    e.getCause() == null ? JsonReason.of(e) : e.getCause().getMessage(),
                    e);
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null || e.getLocation().getLineNr() < 0
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            // without the library's advice about its own options
            String reason = JsonReason.of(e)
                    .replaceAll("\\s*\\((set|but|enable|index)\\b[^)]*\\)", "")
                    .replaceFirst("; `DeserializationFeature.*", "");
            throw unreadable(address, reason + place, e);
        }
    }

    /** Puts null where a field may be absent, and is. */
    private static void fill(JsonNode tree, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = component.getName();
            if (component.isAnnotationPresent(MayBeAbsent.class) && tree.isObject() && !tree.has(name)) {
                ((ObjectNode) tree).putNull(name);
            } else if (component.getType().isRecord() && tree.has(name)) {
                fill(tree.get(name), component.getType());
            }
        }
    }

    /** The record as one line of JSON, with a line feed at its end. */
    public static String line(Record content) {
        try {
            return MAPPER.writeValueAsString(content) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + content, e);
        }
    }

    /** The record as indented JSON, for files that people read. */
    public static String indented(Record content) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + content, e);
        }
    }

    private static void checkSchema(String address, JsonNode tree, int schema) {
        JsonNode found = tree.get("schema");
        if (found == null || !found.isInt()) {
            throw unreadable(address, "it has no schema number, expected \"schema\":" + schema, null);
        }
        if (found.intValue() != schema) {
            throw new InputException(address + " has schema " + found.intValue() + ", this version reads schema "
                    + schema + ": use the version that wrote it, or name another run directory");
        }
    }

    private static InputException unreadable(String address, String reason, Exception cause) {
        return new InputException(
                "cannot read " + address + ": " + reason
                        + ". Run the stage that writes it again, or name another run directory",
                cause);
    }
}
