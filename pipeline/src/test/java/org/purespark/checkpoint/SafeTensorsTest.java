// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.random.SeededRandom;

class SafeTensorsTest {
    @TempDir
    Path directory;

    @Property(tries = 30)
    void whatIsWrittenIsReadBack(
            @ForAll long seed,
            @ForAll @Size(max = 4) List<@IntRange(max = 5) Integer> dimensions,
            @ForAll @Size(max = 5) Set<String> names)
            throws IOException {
        SeededRandom random = SeededRandom.of(seed, SeededRandom.Purpose.TEST_WEIGHTS);
        int[] shape = dimensions.stream().mapToInt(Integer::intValue).toArray();
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        names.stream()
                .filter(name -> !name.equals("__metadata__") && isUnicode(name))
                .forEach(name -> tensors.put(name, TinyModels.random(random, shape)));
        Path file = Files.createTempFile("property", ".safetensors");
        TinyModels.writeSafeTensors(file, tensors);

        TinyModels.assertSameTensors(SafeTensorsReader.readAll(TinyModels.STORAGE, file.toString()), tensors);
        Files.delete(file);
    }

    private static boolean isUnicode(String name) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(name);
    }

    @Test
    void dataStartsAtAMultipleOfEightAndBytesAreAlwaysTheSame() throws IOException {
        for (int length = 1; length < 10; length++) {
            SortedMap<String, Tensor> tensors =
                    new TreeMap<>(Map.of("a".repeat(length), Tensor.of(new float[] {1}, 1)));
            byte[] once = bytes(tensors);
            ByteBuffer file = ByteBuffer.wrap(once).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(file.getLong() % 8).isZero();
            assertThat(bytes(tensors)).isEqualTo(once);
        }
    }

    @Test
    void metadataIsKept() throws IOException {
        Path file = directory.resolve("m.safetensors");
        try (var out = Files.newOutputStream(file)) {
            SafeTensorsWriter.write(
                    out, new TreeMap<>(Map.of("x", Tensor.zeros(2))), Map.of("step", "7", "format", "pt"));
        }
        try (SafeTensorsReader reader = SafeTensorsReader.open(TinyModels.STORAGE, file.toString())) {
            assertThat(reader.metadata()).containsOnly(Map.entry("step", "7"), Map.entry("format", "pt"));
        }
    }

    @Test
    void tensorsLargerThanTheBufferAreWhole() throws IOException {
        Tensor large = TinyModels.random(SeededRandom.of(1, SeededRandom.Purpose.TEST_WEIGHTS), 700, 1001);
        SortedMap<String, Tensor> tensors =
                new TreeMap<>(Map.of("large", large, "small", Tensor.of(new float[] {3}, 1)));
        Path file = directory.resolve("l.safetensors");
        TinyModels.writeSafeTensors(file, tensors);
        TinyModels.assertSameTensors(SafeTensorsReader.readAll(TinyModels.STORAGE, file.toString()), tensors);
    }

    @Test
    void tensorsThatAreNotWantedAreSkipped() throws IOException {
        Path file = write(
                "{\"ids\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                        + "\"x\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[8,12]}}",
                new byte[] {9, 9, 9, 9, 9, 9, 9, 9, 0, 0x3c, 0, (byte) 0xc0});
        SortedMap<String, Tensor> read = new TreeMap<>();
        try (SafeTensorsReader reader = SafeTensorsReader.open(TinyModels.STORAGE, file.toString())) {
            reader.readEach(entry -> entry.name().equals("x"), (entry, tensor) -> read.put(entry.name(), tensor));
        }
        assertThat(read.keySet()).containsExactly("x");
        assertThat(read.get("x").values()).containsExactly(1f, -2f);
    }

    @Test
    void integersAreNotReadAsWeights() throws IOException {
        Path file = write("{\"ids\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", new byte[8]);
        assertThatThrownBy(() -> SafeTensorsReader.readAll(TinyModels.STORAGE, file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read tensor ids: its elements are I64, expected F32, F16, BF16 or F64 (" + file
                        + ", header offset 9)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}} | its data_offsets [0, 4] do not hold F32 [2],"
                        + " that is 8 bytes",
                "{'x':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}} | its data_offsets [4, 0] do not hold F32 [1]",
                "{'x':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}} | its header entry lacks a shape of at most 64"
                        + " numbers or"
                        + " data_offsets",
                "{'x':{'dtype':'F32','shape':[1]}} | its header entry lacks a shape of at most 64 numbers or"
                        + " data_offsets of two",
                "{'x':{'dtype':'F31','shape':[1],'data_offsets':[0,4]}} | unknown element type \"F31\"",
                "{'x':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | but the file has 71 bytes: it is truncated;"
                        + " copy it again",
                "{'x':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 4 bytes before its data belong to no tensor",
                "{'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 4 bytes at its end belong to no tensor",
                "{'x':{'dtype':'F32','shape':[2147483648,2147483648,4],'data_offsets':[0,4]}} | dimension 2147483648"
                        + " is too large",
                "{'x':{'dtype':'F32','shape':[2147483647,2147483647,9],'data_offsets':[0,4]}} | do not hold F32",
                "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'x':{}} | its header is not valid JSON:"
                        + " Duplicate",
                "{'x': | its header is not valid JSON",
                "[] | its header is not a JSON object",
                "{} {} | its header goes on behind the JSON object"
            })
    void damagedHeadersAreRefused(String header, String message) throws IOException {
        Path file = write(header.replace('\'', '"'), new byte[8]);
        assertThatThrownBy(() -> SafeTensorsReader.readAll(TinyModels.STORAGE, file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aHeaderInAnotherEncodingIsRefused() throws IOException {
        for (String encoding : new String[] {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"}) {
            Path file = write("{}".getBytes(Charset.forName(encoding)), new byte[0]);
            assertThatThrownBy(() -> SafeTensorsReader.readAll(TinyModels.STORAGE, file.toString()))
                    .isInstanceOf(InputException.class)
                    .hasMessage("cannot read " + file
                            + ": its header is not a JSON object; the file is damaged or not safetensors");
        }
    }

    @Test
    void overlappingTensorsAreRefused() throws IOException {
        Path file = write(
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                new byte[8]);
        assertThatThrownBy(() -> SafeTensorsReader.open(TinyModels.STORAGE, file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot read tensor y: its data overlaps that of x");
    }

    @Test
    void wrongHeaderLengthsAreRefused() throws IOException {
        Path file = directory.resolve("model.safetensors");
        Files.write(file, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> SafeTensorsReader.open(TinyModels.STORAGE, file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read " + file
                        + ": it has 3 bytes, too few for a header; the file is damaged or not safetensors");

        byte[] content = new byte[20];
        Arrays.fill(content, (byte) 0xff);
        Files.write(file, content);
        assertThatThrownBy(() -> SafeTensorsReader.open(TinyModels.STORAGE, file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("its header length is 18446744073709551615 in a file of 20 bytes");
    }

    @Test
    void aWriterThatIsGivenAnotherShapeThanAnnouncedFails() {
        SortedMap<String, int[]> shapes = new TreeMap<>(Map.of("x", new int[] {2}));
        assertThatThrownBy(() ->
                        SafeTensorsWriter.write(new ByteArrayOutputStream(), shapes, Map.of(), name -> Tensor.zeros(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor x: shape [3], announced [2]");
    }

    private Path write(String header, byte[] data) throws IOException {
        return write(header.getBytes(StandardCharsets.UTF_8), data);
    }

    private Path write(byte[] json, byte[] data) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json).put(data);
        return Files.write(directory.resolve("model.safetensors"), file.array());
    }

    private static byte[] bytes(SortedMap<String, Tensor> tensors) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafeTensorsWriter.write(out, tensors, SafeTensorsWriter.PYTORCH);
        return out.toByteArray();
    }
}
