// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.purespark.InputException;
import org.purespark.parquet.ParquetTrees;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/** Reads the suspects of a sweep from YAML, CSV, JSON lines or Parquet; the extension tells which one it is. */
public final class ManifestReader {
    private final Storage storage;

    public ManifestReader(Storage storage) {
        this.storage = storage;
    }

    /**
     * @return in the order of the file, at least one
     * @throws InputException naming the file, row and field that is wrong
     */
    public List<Suspect> read(String address) {
        List<ManifestRow> rows;
        try {
            rows = rows(address);
        } catch (FileNotFoundException e) {
            throw new InputException("--manifest: there is no " + address, e);
        } catch (IOException e) {
            throw new InputException("--manifest " + address + ": cannot be read (" + e.getMessage() + ")", e);
        }
        if (rows.isEmpty()) {
            throw new InputException(address + ": the manifest names no suspect");
        }
        List<Suspect> suspects = new ArrayList<>();
        Map<String, String> places = new HashMap<>();
        SuspectFields fields = new SuspectFields(address);
        for (ManifestRow row : rows) {
            Suspect suspect = fields.suspect(row);
            String before = places.put(suspect.name().toLowerCase(Locale.ROOT), suspect.place());
            if (before != null) {
                throw new InputException(suspect.place() + ": the name " + suspect.name() + " is taken already, by "
                        + before + " (upper and lower case count as the same)");
            }
            suspects.add(suspect);
        }
        return suspects;
    }

    private List<ManifestRow> rows(String address) throws IOException {
        String name = address.toLowerCase(Locale.ROOT);
        if (name.endsWith(".parquet")) {
            return parquet(address);
        }
        if (name.endsWith(".yaml") || name.endsWith(".yml")) {
            return YamlRows.of(address, text(address));
        }
        if (name.endsWith(".csv")) {
            return CsvManifestRows.of(address, text(address));
        }
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return JsonRows.of(address, text(address));
        }
        throw new InputException("--manifest " + address
                + ": the extension names no known format; known are .yaml, .yml, .csv, .jsonl, .ndjson and .parquet");
    }

    private List<ManifestRow> parquet(String address) throws IOException {
        if (!storage.exists(address)) {
            throw new FileNotFoundException(address);
        }
        List<ManifestRow> rows = new ArrayList<>();
        for (ObjectNode row : new ParquetTrees(storage).read(address)) {
            rows.add(new ManifestRow(address + ", row " + (rows.size() + 1), row));
        }
        return rows;
    }

    /** Strict UTF-8, with or without a byte order mark. */
    private String text(String address) throws IOException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(storage.read(address, FileKind.SWEEP_MANIFEST)))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new InputException(address + ": not UTF-8; save the file as UTF-8", e);
        }
    }
}
