// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Writes float32 tensors as a safetensors file, one after the other in name order: the same tensors always give the
 * same bytes, without a second copy in memory. The header is padded with spaces so that the data starts at a multiple
 * of 8 bytes.
 */
public final class SafeTensorsWriter {
    /** The header entry that PyTorch readers expect. */
    public static final Map<String, String> PYTORCH = Map.of("format", "pt");

    private static final int BUFFER_BYTES = 1 << 20;

    private SafeTensorsWriter() {}

    /**
     * Writes the tensors and leaves the stream open.
     *
     * @param metadata free text entries of the header; may be empty
     */
    public static void write(OutputStream out, SortedMap<String, Tensor> tensors, Map<String, String> metadata)
            throws IOException {
        SortedMap<String, int[]> shapes = new TreeMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        write(out, shapes, metadata, tensors::get);
    }

    /**
     * Writes tensors that are made one at a time and leaves the stream open.
     *
     * @param shapes of all tensors by name
     * @param values called once per name, in order; its tensor has the shape of {@code shapes}
     */
    public static void write(
            OutputStream out,
            SortedMap<String, int[]> shapes,
            Map<String, String> metadata,
            Function<String, Tensor> values)
            throws IOException {
        byte[] header = header(shapes, metadata);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(header.length);
        out.write(buffer.array(), 0, Long.BYTES);
        out.write(header);
        for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
            Tensor tensor = values.apply(entry.getKey());
            if (!Arrays.equals(tensor.shape(), entry.getValue())) {
                throw new IllegalArgumentException("tensor " + entry.getKey() + ": shape "
                        + Arrays.toString(tensor.shape()) + ", announced " + Arrays.toString(entry.getValue()));
            }
            writeValues(out, tensor.values(), buffer);
        }
    }

    private static void writeValues(OutputStream out, float[] values, ByteBuffer buffer) throws IOException {
        int capacity = BUFFER_BYTES / Float.BYTES;
        for (int from = 0; from < values.length; from += capacity) {
            int count = Math.min(capacity, values.length - from);
            buffer.clear();
            buffer.asFloatBuffer().put(values, from, count);
            out.write(buffer.array(), 0, count * Float.BYTES);
        }
    }

    private static byte[] header(SortedMap<String, int[]> shapes, Map<String, String> metadata) throws IOException {
        ObjectNode header = JsonFile.MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = header.putObject("__metadata__");
            new TreeMap<>(metadata).forEach(node::put);
        }
        long offset = 0;
        for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
            ObjectNode node = header.putObject(entry.getKey()).put("dtype", "F32");
            ArrayNode shape = node.putArray("shape");
            long bytes = Float.BYTES;
            for (int dimension : entry.getValue()) {
                shape.add(dimension);
                bytes *= dimension;
            }
            node.putArray("data_offsets").add(offset).add(offset + bytes);
            offset += bytes;
        }
        byte[] json = JsonFile.MAPPER.writeValueAsBytes(header);
        int aligned = (json.length + 7) / 8 * 8;
        byte[] padded = Arrays.copyOf(json, aligned);
        Arrays.fill(padded, json.length, aligned, (byte) ' ');
        return padded;
    }
}
