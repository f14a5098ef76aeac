// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.encoder.ParameterList;
import org.purespark.family.Bert;
import org.purespark.family.TensorNames;

class StateDictReaderTest {
    private static final String DICT = "ccollections\nOrderedDict\n)R";
    private static final String TENSOR = "ctorch._utils\n_rebuild_tensor_v2\n";

    @TempDir
    Path temporary;

    private final CheckpointReader reader = new CheckpointReader(TinyModels.STORAGE);

    @ParameterizedTest
    @ValueSource(strings = {"zip", "views"})
    void whatTorchSavesIsReadLikeTheSameModelInSafetensors(String kind) throws IOException {
        Checkpoint expected =
                reader.read(TinyModels.resource("pytorch/safetensors").toString());
        Checkpoint read = reader.read(TinyModels.resource("pytorch/" + kind).toString());
        TinyModels.assertSameTensors(read.tensors(), expected.tensors());
        assertThat(read.classifierKind()).isEqualTo(new Bert().sequenceHead().kind());
        assertThat(read.labels()).containsExactly("bad", "good");
        assertThat(read.warnings()).isEmpty();
    }

    @Test
    void shardsOfStateDictsAreReadByTheirIndex() throws IOException {
        Path model = TinyModels.copy(TinyModels.resource("pytorch/zip"), temporary.resolve("model"));
        Files.move(model.resolve("pytorch_model.bin"), model.resolve("pytorch_model-00001-of-00001.bin"));
        Checkpoint expected =
                reader.read(TinyModels.resource("pytorch/safetensors").toString());
        ParameterList parameters = ParameterList.of(expected.encoder(), expected.classifierKind(), 2);
        TensorNames names = new TensorNames(expected.family(), parameters, expected.classifierKind());
        var index = JsonFile.MAPPER.createObjectNode();
        var map = index.putObject("weight_map");
        names.tensors().forEach(tensor -> map.put(tensor.name(), "pytorch_model-00001-of-00001.bin"));
        Files.write(model.resolve("pytorch_model.bin.index.json"), JsonFile.render(index));
        TinyModels.assertSameTensors(reader.read(model.toString()).tensors(), expected.tensors());
    }

    @Test
    void theOldFormatIsNamedAsSuch() {
        String directory = TinyModels.resource("pytorch/legacy").toString();
        assertThatThrownBy(() -> reader.read(directory))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "cannot read " + directory + "/pytorch_model.bin: it is in PyTorch's old format (before 1.6);"
                                + " load it in PyTorch with weights_only=True and save it again, or"
                                + " convert it to safetensors");
    }

    @ParameterizedTest
    @CsvSource({
        "os, system",
        "builtins, eval",
        "posix, system",
        "torch, load",
        "torch._utils, _rebuild_qtensor",
        "collections, OrderedDict.fromkeys"
    })
    void picklesThatNameAnythingElseAreRefusedAndNothingRuns(String module, String name) throws IOException {
        Path file = saved("c" + module + "\n" + name + "\n(X\4\0\0\0lateTR.");
        assertRefused(
                file,
                "cannot read " + file + ": it names " + module + "." + name + ", which a state dict has no need of;"
                        + " nothing in it was executed. Convert"
                        + " the weights to safetensors, or save a"
                        + " plain state dict");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "i | instruction 0x69 has no place in a state dict",
                "K\u0001. | it does not hold a dictionary of tensors",
                "}. | its dictionary holds no tensors",
                "}K\u0001K\u0002s. | its dictionary has a key that is no text",
                "h\u0007. | it recalls something that it never kept",
                "X\u007f\u007f\0\0abc | its pickle is damaged near byte",
                "R | its pickle is damaged near byte",
                "}K\u0001K\u0002K\u0003R | it calls an integer",
                "K\u0001}b. | it sets attributes of something that is no dictionary",
                "} | its pickle is damaged near byte"
            })
    void damagedPicklesAreRefused(String pickle, String message) throws IOException {
        assertRefused(saved(pickle), message);
    }

    @ParameterizedTest
    @CsvSource({"0, 4, 1", "1, 3, 1", "0, 2, 3", "-1, 2, 1", "0, 2, -1", "3, 1, 1"})
    void viewsOutsideOfTheirStorageAreRefused(int offset, int size, int stride) throws IOException {
        Path file = saved(view("0", integer(offset), integer(size) + "\u0085", integer(stride) + "\u0085"));
        assertRefused(
                file,
                "cannot read tensor x: shape [" + size + "] reaches outside of its storage (" + file + ", storage 0)");
    }

    @Test
    void viewsWhoseStridesDoNotMatchTheirShapeAreRefused() throws IOException {
        String shape = integer(2) + integer(1) + "\u0086";
        assertRefused(
                saved(view("0", integer(0), shape, integer(1) + "\u0085")),
                "shape [2, 1] reaches outside of its storage");
    }

    @Test
    void aStorageThatIsNotInTheFileIsNamed() throws IOException {
        Path file = saved(view("7", integer(0), integer(3) + "\u0085", integer(1) + "\u0085"));
        assertRefused(file, "cannot read tensor x: its storage is missing (" + file + ", storage 7)");
    }

    @Test
    void truncatedFilesAreRefused() throws IOException {
        byte[] whole = Files.readAllBytes(TinyModels.resource("pytorch/zip/pytorch_model.bin"));
        Path file = temporary.resolve("pytorch_model.bin");
        for (int length : new int[] {5, 100, whole.length / 2, whole.length - 30, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused(file, "cannot read " + file + ": it has no zip directory at its end: it is truncated");
        }
        Files.write(file, Arrays.copyOfRange(whole, 4, whole.length));
        assertRefused(file, "it is not a file of torch.save; the file is damaged");
        byte[] front = new byte[] {'P', 'K', 3, 4};
        byte[] cutInFront = Arrays.copyOfRange(whole, 3000, whole.length);
        System.arraycopy(front, 0, cutInFront, 0, 4);
        Files.write(file, cutInFront);
        assertRefused(file, "its zip directory points outside of the file");
    }

    @Test
    void filesOfBigEndianMachinesAreRefused() throws IOException {
        Path file = temporary.resolve("pytorch_model.bin");
        Files.write(file, zip("}.", "big"));
        assertRefused(file, "its byte order is big; only little-endian files are read");
    }

    @Test
    void otherZipFilesAreRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            store(zip, "a/readme.txt", new byte[1]);
        }
        Path file = Files.write(temporary.resolve("pytorch_model.bin"), out.toByteArray());
        assertRefused(file, "it is a zip file without data.pkl, not a PyTorch state dict");
    }

    @Test
    void anOffsetThatOverflowsIsRefused() throws IOException {
        String offset = "\u008a\b\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f"; // 2^63 - 1
        Path file = saved(view("0", offset, integer(3) + "\u0085", integer(1) + "\u0085"));
        assertRefused(file, "cannot read tensor x: shape [3] reaches outside of its storage (" + file + ", storage 0)");
        String huge = integer(Integer.MAX_VALUE);
        file = saved(view("0", integer(0), huge + huge + huge + "\u0087", huge + huge + huge + "\u0087"));
        assertRefused(file, "cannot read tensor x: shape [2147483647, 2147483647, 2147483647] reaches outside");
    }

    @Test
    void aViewWithMoreElementsThanItsStorageIsRefused() throws IOException {
        Path file = saved(view("0", integer(0), integer(1_000_000) + "\u0085", integer(0) + "\u0085"));
        assertRefused(
                file,
                "cannot read tensor x: shape [1000000] has more elements than its storage, which has 3; save the model"
                        + " again with tensors that are contiguous (" + file + ", storage 0)");
    }

    @Test
    void manyViewsOfOneStorageAreRefused() throws IOException {
        StringBuilder pickle = new StringBuilder("}");
        for (char name = 'a'; name < 'h'; name++) {
            String one = view("0", integer(0), integer(3) + "\u0085", integer(1) + "\u0085");
            pickle.append(one.substring(1, one.length() - 1).replace("x" + TENSOR, name + TENSOR));
        }
        Path file = saved(pickle + ".");
        assertRefused(
                file,
                "cannot read " + file + ": its tensors have 21 elements in all, its storages 3; save the model again"
                        + " with tensors that are contiguous");
    }

    @Test
    void aStorageOfTwoTypesIsRefused() throws IOException {
        String first = view("0", integer(0), integer(3) + "\u0085", integer(1) + "\u0085");
        String second = view("0", integer(3), integer(3) + "\u0085", integer(1) + "\u0085")
                .replace("FloatStorage", "HalfStorage")
                .replace("K\3tQ", "K\6tQ")
                .replace("x" + TENSOR, "y" + TENSOR);
        Path file = saved(first.substring(0, first.length() - 1) + second.substring(1));
        assertRefused(
                file,
                "cannot read tensor y: its storage has elements of F16, and of F32 for tensor x; save the model again ("
                        + file + ", storage 0)");
    }

    @Test
    void aTensorWithAttributesOfItsOwnIsRefused() throws IOException {
        String plain = view("0", integer(0), integer(3) + "\u0085", integer(1) + "\u0085");
        Path file = saved(plain.replace(DICT + "tRs.", DICT + "}X\3\0\0\0neg\u0088stRs."));
        assertRefused(
                file,
                "it makes a tensor with attributes of its own, which PyTorch applies to the stored elements; nothing in"
                        + " it was executed");
        for (String none : new String[] {"N", "}"}) {
            file = saved(plain.replace(DICT + "tRs.", DICT + none + "tRs."));
            try (StateDictReader read = StateDictReader.open(TinyModels.STORAGE, file.toString())) {
                assertThat(read.entries()).hasSize(1);
            }
        }
    }

    @Test
    void entriesThatOverlapAreRefused() throws IOException {
        byte[] whole = zip(view("0", integer(0), integer(3) + "\u0085", integer(1) + "\u0085"), "little");
        byte[] name = "archive/data/0".getBytes(StandardCharsets.US_ASCII);
        int entry = lastIndexOf(whole, name) - 46;
        // the storage's entry points at the pickle's own header, which is the first of the file
        Arrays.fill(whole, entry + 42, entry + 46, (byte) 0);
        Path file = Files.write(temporary.resolve("pytorch_model.bin"), whole);
        assertRefused(file, "cannot read tensor x: its storage overlaps that of data.pkl (" + file + ", storage 0)");
    }

    @Test
    void onlyTheOneEntryForTheByteOrderIsLookedAt() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            String pickle = view("0", integer(0), integer(3) + "\u0085", integer(1) + "\u0085");
            store(zip, "archive/data.pkl", ("\u0080\2" + pickle).getBytes(StandardCharsets.ISO_8859_1));
            store(zip, "archive/data/0", new byte[12]);
            for (int i = 0; i < 9000; i++) {
                store(zip, i + "/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
            }
        }
        Path file = Files.write(temporary.resolve("pytorch_model.bin"), out.toByteArray());
        try (StateDictReader read = StateDictReader.open(TinyModels.STORAGE, file.toString())) {
            assertThat(read.entries()).extracting(TensorFile.Entry::name).containsExactly("x");
        }
    }

    @Test
    void twoPicklesOrTwoEntriesOfOneNameAreRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            store(zip, "a/data.pkl", new byte[1]);
            store(zip, "b/data.pkl", new byte[1]);
        }
        Path file = Files.write(temporary.resolve("pytorch_model.bin"), out.toByteArray());
        assertRefused(file, "it is a zip file with more than one data.pkl, not a PyTorch state dict");
        byte[] twice = out.toByteArray();
        int second = lastIndexOf(twice, "b/data.pkl".getBytes(StandardCharsets.US_ASCII));
        twice[second] = 'a';
        Files.write(file, twice);
        assertRefused(file, "its zip directory lists a/data.pkl twice");
    }

    private static int lastIndexOf(byte[] bytes, byte[] part) {
        for (int at = bytes.length - part.length; at >= 0; at--) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new AssertionError("not found");
    }

    /** A state dict with one tensor {@code x} of three stored floats. */
    private static String view(String key, String offset, String shape, String strides) {
        String storage = "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" + key + "X\3\0\0\0cpuK\3tQ";
        return "}X\1\0\0\0x" + TENSOR + "(" + storage + offset + shape + strides + "\u0089" + DICT + "tRs.";
    }

    private static String integer(int value) {
        StringBuilder text = new StringBuilder("J");
        for (int shift = 0; shift < 32; shift += 8) {
            text.append((char) (value >>> shift & 0xff));
        }
        return text.toString();
    }

    private void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> StateDictReader.open(TinyModels.STORAGE, file.toString())
                        .close())
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    private Path saved(String pickle) throws IOException {
        return Files.write(temporary.resolve("pytorch_model.bin"), zip(pickle, "little"));
    }

    /** A file as torch.save makes it, with one storage of three floats. */
    private static byte[] zip(String pickle, String byteOrder) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            store(zip, "archive/data.pkl", ("\u0080\2" + pickle).getBytes(StandardCharsets.ISO_8859_1));
            store(zip, "archive/byteorder", byteOrder.getBytes(StandardCharsets.US_ASCII));
            store(zip, "archive/data/0", new byte[12]);
        }
        return out.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
