// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.fuzz.MemoryFiles;
import org.purespark.fuzz.ReadingLimits;
import org.purespark.storage.Storage;

/** Pickles that are made to crash, to hang or to fill the memory of whoever reads them. */
class HostilePicklesTest {
    private static final String WAY_OUT =
            "; nothing in it was executed. Convert the weights to safetensors, or save a plain state dict";
    private static final int PICKLES = Integer.getInteger("fuzz.pickles", 5_000);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "})Ns. | its dictionary has a key that is no text, but a tuple of 0",
                "}N\u0085Ns. | its dictionary has a key that is no text, but a tuple of 1",
                "}]q\0h\0aNs. | its dictionary has a key that is no text, but a list",
                "}q\0h\0Ns. | its dictionary has a key that is no text, but a dictionary",
                "}(NNu. | its dictionary has a key that is no text, but None",
                "}\u0088Ns. | its dictionary has a key that is no text, but True",
                "}K\u0001Ns. | its dictionary has a key that is no text, but an integer",
            })
    void aContainerIsNoKey(String pickle, String message) {
        assertRefused(bytes(pickle), "cannot read file: " + message + WAY_OUT);
    }

    private static Stream<Arguments> wrongOperands() {
        return Stream.of(
                arguments("N)R.", "it calls None"),
                arguments(
                        "ccollections\nOrderedDict\nNR.",
                        "the arguments of collections.OrderedDict is None, expected a tuple"),
                arguments("NQ.", "the name of a storage is None, expected a tuple"),
                arguments("(NNNNNtQ.", "it refers to something outside that is no tensor storage"),
                arguments("(X\u0007\0\0\0storageNNNNtQ.", "its storage is of the unknown type None"),
                arguments(
                        "(X\u0007\0\0\0storagectorch\nFloatStorage\nNNNtQ.",
                        "a storage's key is None, expected a text"),
                arguments("NNu.", "its pickle is damaged near byte 5"),
                arguments("N(NNu.", "it sets an entry of None, expected a dictionary"),
                arguments("NNa.", "it adds an item to None, expected a list"),
                arguments("N(e.", "it adds an item to None, expected a list"),
                arguments("NNb.", "it sets attributes of something that is no dictionary"),
                arguments("NN\u0093.", "a module is None, expected a text"),
                arguments("X\u0001\0\0\0aN\u0093.", "a name in a module is None, expected a text"),
                arguments("}(NX\u0001\0\0\0au.", "its dictionary has a key that is no text, but None"),
                arguments("}(X\u0001\0\0\0au.", "it sets a key of a dictionary without a value"),
                arguments(
                        "ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR.", "it makes a tensor of None, expected a storage"),
                arguments(
                        "ctorch._utils\n_rebuild_tensor_v2\n)R.",
                        "it calls torch._utils._rebuild_tensor_v2 with 0 arguments"),
                arguments(
                        "ctorch._utils\n_rebuild_parameter\n(NtR.", "it makes a parameter of None, expected a tensor"),
                arguments("q\0.", "its pickle is damaged near byte"),
                arguments(".", "its pickle is damaged near byte"),
                arguments("(.", "it does not hold a dictionary of tensors, but a mark"),
                arguments("((N\u0086.", "its pickle is damaged near byte"));
    }

    @ParameterizedTest
    @MethodSource("wrongOperands")
    void anOperandOfAnotherKindIsNamed(String pickle, String message) {
        assertRefused(bytes(pickle), "cannot read file: " + message);
    }

    @Test
    void valuesThatHoldThemselvesAreHarmless() {
        assertThat(Unpickler.stateDict(bytes("}q\0X\1\0\0\0ah\0s."), "file")).isEmpty();
        assertThat(Unpickler.stateDict(bytes("}X\1\0\0\0a]q\0h\0as."), "file")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"N", "}", "]", ")", "(", "N\u0085", "N0", "\u0094", "K\u00ff", "X\0\0\0\0", "q\0", "h\0"})
    void aMillionOfTheSameInstructionTakesLittleTimeAndMemory(String instruction) throws IOException {
        byte[] pickle = bytes("N" + instruction.repeat(1_000_000 / instruction.length()));
        assertBounded(pickle);
    }

    @Test
    void nestingWithoutEndIsHarmless() throws IOException {
        assertBounded(bytes("N" + "\u0085".repeat(1_000_000) + "."));
        assertBounded(bytes("}q\0" + "X\1\0\0\0a}".repeat(150_000) + "s".repeat(150_000) + "."));
        assertBounded(bytes("(".repeat(500_000) + "t".repeat(500_000) + "."));
    }

    @Test
    void keysWithTheSameHashTakeNoLongerThanOthers() throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.writeBytes(bytes("}"));
        for (String key : collisions(15)) {
            byte[] text = key.getBytes(StandardCharsets.UTF_8);
            pickle.writeBytes(new byte[] {'X', (byte) text.length, 0, 0, 0});
            pickle.writeBytes(text);
            pickle.writeBytes(new byte[] {'N', 's'});
        }
        pickle.write('.');
        assertBounded(pickle.toByteArray());
        String longKey = "x".repeat(1001);
        assertRefused(
                bytes("}X\u00e9\3\0\0" + longKey + "Ns."),
                "cannot read file: its dictionary has a key of 1001 characters, the most is 1000" + WAY_OUT);
    }

    @Test
    void aNumberForTheMemoThatNoPickleNeedsIsRefused() {
        assertRefused(bytes("Nr\u00ff\u00ff\u00ff\u007f."), "it keeps a value under the number 2147483647");
        assertRefused(bytes("Nr\0\0\0\u0080."), "it keeps a value under the number -2147483648");
        assertRefused(bytes("Nj\u00ff\u00ff\u00ff\u007f."), "it recalls something that it never kept");
    }

    /** The seed of each is its number; {@code -Dfuzz.pickles=N} makes more of them. */
    @Test
    void picklesOfAGrammarAreReadOrRefusedAndNothingElse() throws IOException {
        int read = 0;
        for (int seed = 0; seed < PICKLES; seed++) {
            byte[] pickle = PickleGrammar.pickle(seed);
            try {
                read += assertBounded(pickle) ? 1 : 0;
                PickleScan.scan(ByteBuffer.wrap(pickle));
            } catch (RuntimeException | Error e) {
                throw new AssertionError("pickle of seed " + seed, e);
            }
        }
        assertThat(read).as("pickles of " + PICKLES + " that are whole").isBetween(PICKLES / 20, PICKLES * 19 / 20);
    }

    /** The file has one storage for all of them: 16 bytes, that is 4 elements of float32. */
    @Test
    void filesWithPicklesOfAGrammarAreReadOrRefusedAndNothingElse() throws IOException {
        Configuration configuration = MemoryFiles.configuration();
        String address = MemoryFiles.address("/pytorch_model.bin");
        int read = 0;
        for (int seed = 0; seed < PICKLES / 5; seed++) {
            byte[] file = PickleGrammar.zip(PickleGrammar.pickle(seed));
            MemoryFiles.of(configuration).put("/pytorch_model.bin", file);
            try {
                read += ReadingLimits.hold(file.length, () -> readAll(new Storage(configuration), address)) ? 1 : 0;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("pickle of seed " + seed, e);
            }
        }
        assertThat(read).as("files that are read").isPositive();
    }

    private static void readAll(Storage storage, String address) throws IOException {
        try (StateDictReader reader = StateDictReader.open(storage, address)) {
            reader.readEach(entry -> entry.type().isReadable(), (entry, tensor) -> {});
        }
    }

    @Test
    void aScanListsEveryNameThatAPickleImports() {
        assertThat(scan("cos\nsystem\n(X\4\0\0\0latetR.")).containsExactly("os.system");
        assertThat(scan("X\2\0\0\0osX\6\0\0\0system\u0093.")).containsExactly("os.system");
        assertThat(scan("X\2\0\0\0os\u0094X\6\0\0\0system\u0094h\0h\1\u0093.")).containsExactly("os.system");
        assertThat(scan("(S'a'\nibuiltins\neval\n.")).containsExactly("builtins.eval");
        assertThat(scan("X\1\0\0\0a)\u0093.")).containsExactly(PickleScan.COMPUTED);
        assertThat(scan("\u0082\7.")).containsExactly("copyreg extension 7");
        assertThat(PickleScan.scan(ByteBuffer.wrap(bytes("cos\nsystem\n\u00ff.")))
                        .whole())
                .isFalse();
    }

    private static Iterable<String> scan(String pickle) {
        PickleScan.Found found = PickleScan.scan(ByteBuffer.wrap(bytes(pickle)));
        assertThat(found.whole()).isTrue();
        return found.globals();
    }

    /** Texts of {@code pairs} pairs of letters, 2^pairs of them, all with the same {@link String#hashCode}. */
    private static List<String> collisions(int pairs) {
        List<String> texts = List.of("");
        for (int i = 0; i < pairs; i++) {
            List<String> longer = new ArrayList<>();
            texts.forEach(text -> longer.add(text + "Aa"));
            texts.forEach(text -> longer.add(text + "BB"));
            texts = longer;
        }
        return texts;
    }

    private static void assertRefused(byte[] pickle, String message) {
        assertThatThrownBy(() -> Unpickler.stateDict(pickle, "file"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    /** Whether the pickle is read; it may be refused too, in less than a second and with bounded memory. */
    private static boolean assertBounded(byte[] pickle) throws IOException {
        return ReadingLimits.hold(pickle.length, () -> Unpickler.stateDict(pickle, "file"));
    }

    private static byte[] bytes(String pickle) {
        return ("\u0080\2" + pickle).getBytes(StandardCharsets.ISO_8859_1);
    }
}
