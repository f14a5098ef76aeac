// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** What the reference implementation computed for a tiny model of one family. */
record GoldenHeads(JsonNode expected, int[] shape, float[] clsAttention) {
    static GoldenHeads of(String family) {
        ObjectMapper json = new ObjectMapper();
        try {
            JsonNode expected = json.readTree(resource(family + "/expected.json"));
            ByteBuffer file = ByteBuffer.wrap(resource(family + "/activations.safetensors"))
                    .order(ByteOrder.LITTLE_ENDIAN);
            int headerBytes = Math.toIntExact(file.getLong());
            byte[] header = new byte[headerBytes];
            file.get(header);
            JsonNode entry = json.readTree(header).get("cls_attention");
            int from = entry.get("data_offsets").get(0).asInt();
            int to = entry.get("data_offsets").get(1).asInt();
            float[] values = new float[(to - from) / Float.BYTES];
            file.position(Long.BYTES + headerBytes + from);
            file.asFloatBuffer().get(values);
            int[] shape = json.convertValue(entry.get("shape"), int[].class);
            return new GoldenHeads(expected, shape, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int layers() {
        return shape[0];
    }

    int texts() {
        return shape[1];
    }

    int heads() {
        return shape[2];
    }

    int maxLength() {
        return shape[3];
    }

    /** Where the CLS attention of one head of one text starts. */
    int from(int layer, int text, int head) {
        return ((layer * texts() + text) * heads() + head) * maxLength();
    }

    int length(int text) {
        return expected.get("input_ids").get(text).size();
    }

    double variance(int layer, int text, int head) {
        return ClsVariance.of(clsAttention, from(layer, text, head), length(text), maxLength());
    }

    double[] numbers(String field) {
        double[] numbers = new double[expected.get(field).size()];
        Arrays.setAll(numbers, i -> expected.get(field).get(i).asDouble());
        return numbers;
    }

    /** The sums over the texts {@code from} to {@code to} - 1. */
    VarianceSums sums(int from, int to) {
        VarianceSums.Builder sums = new VarianceSums.Builder(layers(), heads());
        for (int text = from; text < to; text++) {
            for (int layer = 0; layer < layers(); layer++) {
                for (int head = 0; head < heads(); head++) {
                    sums.add(layer, head, variance(layer, text, head));
                }
            }
        }
        return sums.build();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = GoldenHeads.class.getResourceAsStream("/golden/" + name)) {
            return in.readAllBytes();
        }
    }
}
