// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.Storage;

/**
 * Reads one safetensors file from front to back: 8 bytes of header length (little-endian), a JSON header that gives
 * each tensor's type, shape and place, then the data without gaps (the format's own description, version 0.4). The
 * whole header is checked before any tensor is read. F32, F16, BF16 and F64 become float32.
 */
public final class SafeTensorsReader implements TensorFile {
    /** The reference implementation's own limit. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private static final int MOST_AXES = 64;

    private static final String METADATA = "__metadata__";

    private record Located(Entry entry, long begin, long end) {}

    private final String address;
    private final InputStream in;
    private final long dataStart;
    private final Map<String, String> metadata = new TreeMap<>();
    private final List<Located> tensors = new ArrayList<>();
    private boolean consumed;

    private SafeTensorsReader(String address, InputStream in, long fileBytes) throws IOException {
        this.address = address;
        this.in = in;
        byte[] header = readHeader(fileBytes);
        this.dataStart = 8L + header.length;
        parseHeader(header);
        tensors.sort(Comparator.comparingLong(Located::begin).thenComparingLong(Located::end));
        checkCoverage(fileBytes - dataStart);
    }

    /**
     * Opens the file and checks its header.
     *
     * @throws InputException if the file is not a complete and consistent safetensors file
     */
    public static SafeTensorsReader open(Storage storage, String address) throws IOException {
        long bytes = storage.size(address);
        InputStream in = storage.open(address);
        try {
            return new SafeTensorsReader(address, in, bytes);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /** All tensors of the file by name. */
    public static SortedMap<String, Tensor> readAll(Storage storage, String address) throws IOException {
        try (SafeTensorsReader reader = open(storage, address)) {
            SortedMap<String, Tensor> tensors = new TreeMap<>();
            reader.readEach(entry -> true, (entry, tensor) -> tensors.put(entry.name(), tensor));
            return tensors;
        }
    }

    /** The header's free text entries; empty if it has none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    @Override
    public List<Entry> entries() {
        return tensors.stream().map(Located::entry).toList();
    }

    @Override
    public void readEach(Predicate<Entry> wanted, BiConsumer<Entry, Tensor> sink) throws IOException {
        if (consumed) {
            throw new IllegalStateException(address + " has been read; open it again");
        }
        consumed = true;
        ElementStream elements = new ElementStream(in, dataStart);
        for (Located located : tensors) {
            if (wanted.test(located.entry())) {
                ElementStream.requireReadable(located.entry());
                elements.advanceTo(dataStart + located.begin());
                sink.accept(located.entry(), elements.read(located.entry()));
            }
        }
    }

    @Override
    public void checkEach(BiConsumer<Entry, TensorValues> sink) throws IOException {
        ElementStream elements = new ElementStream(in, dataStart);
        for (Located located : tensors) {
            if (located.entry().type().isReadable()) {
                elements.advanceTo(dataStart + located.begin());
                ValueCheck check = new ValueCheck(located.entry());
                elements.scan(located.entry(), check::accept);
                sink.accept(located.entry(), check.result());
            }
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private byte[] readHeader(long fileBytes) throws IOException {
        byte[] prefix = in.readNBytes(8);
        if (prefix.length < 8) {
            throw broken("it has " + prefix.length + " bytes, too few for a header");
        }
        byte[] start = Arrays.copyOf(prefix, GitLfsPointer.START_BYTES);
        if (GitLfsPointer.mayStart(prefix)
                && in.readNBytes(start, prefix.length, start.length - prefix.length) > 0
                && GitLfsPointer.starts(start)) {
            throw new InputException("cannot read " + address + ": " + GitLfsPointer.ADVICE);
        }
        long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > MAX_HEADER_BYTES || length > fileBytes - 8) {
            throw broken(
                    "its header length is " + Long.toUnsignedString(length) + " in a file of " + fileBytes + " bytes");
        }
        byte[] header = in.readNBytes((int) length);
        if (header.length < length) {
            throw broken("it ends in the middle of the header");
        }
        return header;
    }

    private void parseHeader(byte[] header) throws IOException {
        // the parser would take a zero in the first bytes for UTF-16 or UTF-32
        if (header[0] != '{' || header[1] == 0) {
            throw broken("its header is not a JSON object");
        }
        // goes through the header entry by entry, so that the place of each entry is known
        ObjectReader values = JsonFile.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        try (JsonParser parser = values.createParser(header)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                long offset = 8 + parser.currentTokenLocation().getByteOffset();
                parser.nextToken();
                JsonNode value = values.readTree(parser);
                if (name.equals(METADATA)) {
                    value.properties()
                            .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
                } else {
                    tensors.add(locate(name, value, address + ", header offset " + offset));
                }
            }
            if (parser.nextToken() != null) {
                throw broken("its header goes on behind the JSON object");
            }
        } catch (JsonProcessingException e) {
            throw new InputException(
                    "cannot read " + address + ": its header is not valid JSON: " + JsonFile.reason(e)
                            + "; the file is damaged or not safetensors",
                    e);
        }
    }

    private static Located locate(String name, JsonNode value, String place) {
        String typeName = value.path("dtype").asText("");
        ElementType type = ElementType.named(typeName)
                .orElseThrow(() -> new InputException("cannot read tensor " + Shown.of(name)
                        + ": unknown element type \"" + Shown.of(typeName) + "\" (" + place + ")"));
        long[] shape = longs(value.path("shape"));
        long[] offsets = longs(value.path("data_offsets"));
        if (shape == null || offsets == null || offsets.length != 2 || shape.length > MOST_AXES) {
            throw new InputException("cannot read tensor " + Shown.of(name)
                    + ": its header entry lacks a shape of at most " + MOST_AXES
                    + " numbers or data_offsets of two (" + place + ")");
        }
        int[] dimensions = new int[shape.length];
        long bytes = type.bytes();
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] > Integer.MAX_VALUE) {
                throw new InputException("cannot read tensor " + Shown.of(name) + ": dimension " + shape[i]
                        + " is too large (" + place + ")");
            }
            dimensions[i] = (int) shape[i];
            bytes = saturatedProduct(bytes, shape[i]);
        }
        if (offsets[0] > offsets[1] || offsets[1] - offsets[0] != bytes) {
            throw new InputException("cannot read tensor " + Shown.of(name) + ": its data_offsets "
                    + Arrays.toString(offsets) + " do not hold " + type + " " + Shown.of(Arrays.toString(dimensions))
                    + ", that is "
                    + bytes + " bytes (" + place + ")");
        }
        return new Located(new Entry(name, type, dimensions, place), offsets[0], offsets[1]);
    }

    private static long saturatedProduct(long a, long b) {
        return b != 0 && a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
    }

    /** The entries of an array of non-negative integers, or null if it is something else. */
    private static long[] longs(JsonNode array) {
        if (!array.isArray()) {
            return null;
        }
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode number = array.get(i);
            if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
                return null;
            }
            values[i] = number.longValue();
        }
        return values;
    }

    private void checkCoverage(long dataBytes) {
        long end = 0;
        String previous = null;
        for (Located located : tensors) {
            Entry entry = located.entry();
            if (located.end() > dataBytes) {
                throw new InputException("cannot read tensor " + entry.shown() + ": its data ends at byte "
                        + (dataStart + located.end()) + " but the file has " + (dataStart + dataBytes)
                        + " bytes: it is truncated; copy it again (" + entry.place() + ")");
            }
            if (located.begin() < end) {
                throw new InputException("cannot read tensor " + entry.shown() + ": its data overlaps that of "
                        + Shown.of(previous) + " (" + entry.place() + ")");
            }
            if (located.begin() > end) {
                throw new InputException("cannot read tensor " + entry.shown() + ": " + (located.begin() - end)
                        + " bytes before its data belong to no tensor (" + entry.place() + ")");
            }
            end = located.end();
            previous = entry.name();
        }
        if (end < dataBytes) {
            throw broken((dataBytes - end) + " bytes at its end belong to no tensor");
        }
    }

    private InputException broken(String what) {
        return new InputException("cannot read " + address + ": " + what + "; the file is damaged or not safetensors");
    }
}
