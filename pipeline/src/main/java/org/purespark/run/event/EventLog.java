// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * {@code events.jsonl}: one JSON object on each line, the first one with the schema number. Object stores cannot
 * append, so the file is written as a whole each time, with the events of earlier runs. It is written when the caller
 * flushes, and every few seconds if writing takes less than a twentieth of the time. Several threads may use it.
 */
public final class EventLog implements AutoCloseable {
    public static final int SCHEMA = 1;
    private static final long MIN_FLUSH_INTERVAL_MILLIS = 5_000;
    private static final int TIME_PER_WRITING = 20;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Storage storage;
    private final String address;
    private final Clock clock;
    private ByteArrayOutputStream content;
    private boolean unwritten;
    private long nextFlushMillis;

    /** Nothing is read or written before the first event. */
    public EventLog(Storage storage, String address, Clock clock) {
        this.storage = storage;
        this.address = address;
        this.clock = clock;
        this.nextFlushMillis = clock.millis() + MIN_FLUSH_INTERVAL_MILLIS;
    }

    /**
     * Adds an event, with the time.
     *
     * @throws UncheckedIOException if the file cannot be read or written
     */
    public synchronized void log(Event event) {
        ObjectNode line = MAPPER.createObjectNode();
        line.put("time", clock.instant().toString());
        line.setAll((ObjectNode) MAPPER.valueToTree(event));
        append(line.toString());
        if (clock.millis() >= nextFlushMillis) {
            flush();
        }
    }

    /** Writes the events that are not written yet. */
    public synchronized void flush() {
        if (!unwritten) {
            return;
        }
        long start = clock.millis();
        try {
            storage.replace(address, content.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + address, e);
        }
        unwritten = false;
        long now = clock.millis();
        nextFlushMillis = now + Math.max(MIN_FLUSH_INTERVAL_MILLIS, TIME_PER_WRITING * (now - start));
    }

    @Override
    public void close() {
        flush();
    }

    /**
     * The events of a file in their order; none if there is no file.
     *
     * @throws InputException naming file and line of what is not an event
     */
    public static List<TimedEvent> read(Storage storage, String address) throws IOException {
        List<TimedEvent> events = new ArrayList<>();
        if (!storage.exists(address)) {
            return events;
        }
        List<String> lines = new String(storage.read(address, FileKind.RUN_FILE), StandardCharsets.UTF_8)
                .lines()
                .toList();
        for (int i = 0; i < lines.size(); i++) {
            String place = address + ", line " + (i + 1);
            try {
                JsonNode line = MAPPER.readTree(lines.get(i));
                if (i == 0) {
                    checkSchema(line, place);
                } else {
                    events.add(event(line, place));
                }
            } catch (JsonProcessingException | DateTimeException e) {
                throw noEvent(place, e);
            }
        }
        return events;
    }

    private static TimedEvent event(JsonNode line, String place) throws JsonProcessingException {
        if (!(line instanceof ObjectNode object) || !line.path("time").isTextual()) {
            throw noEvent(place, null);
        }
        Instant time = Instant.parse(object.remove("time").textValue());
        return new TimedEvent(time, MAPPER.treeToValue(object, Event.class));
    }

    private static InputException noEvent(String place, Exception cause) {
        return new InputException(
                place + " is not an event that this version knows: remove the line, or name another run directory",
                cause);
    }

    private static void checkSchema(JsonNode line, String place) {
        if (line.path("schema").asInt() != SCHEMA) {
            throw new InputException(place + ": expected {\"schema\":" + SCHEMA + "}, found " + line
                    + ". Use the version that wrote it, or name another run directory");
        }
    }

    private void append(String line) {
        if (content == null) {
            content = new ByteArrayOutputStream();
            content.writeBytes(existing());
        }
        content.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        unwritten = true;
    }

    private byte[] existing() {
        try {
            byte[] found = storage.exists(address) ? storage.read(address, FileKind.RUN_FILE) : new byte[0];
            return found.length > 0 ? found : ("{\"schema\":" + SCHEMA + "}\n").getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + address, e);
        }
    }
}
