package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.purespark.heads.Head;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;

/** Seeded models of a few hundred weights, and the places of test files. */
final class TinyModels {
    static final Storage STORAGE = new Storage(new Configuration());
    static final ModelCard CARD = ModelCard.of("Purified model", "From a test.", 128, Map.of("seed", "11"));
    static final List<String> LABELS = List.of("bad", "fair", "good");

    private TinyModels() {}

    static EncoderConfig config(Family family) {
        int embedding = family == Family.ELECTRA ? 4 : 6;
        int offset = family == Family.ROBERTA ? 2 : 0;
        int types = family == Family.DISTILBERT ? 0 : 2;
        return new EncoderConfig(
                family, 7, 6, embedding, 2, 3, 5, 9, offset, types, 1e-12, 0.1, 0.1, 0.1, 0.02, offset == 0 ? 0 : 1);
    }

    static ClassifierKind sequenceKind(Family family) {
        return ClassifierKind.of(family, List.of("XForSequenceClassification"));
    }

    /** A classifier of three classes. */
    static Checkpoint classifier(Family family, ClassifierKind kind) {
        EncoderConfig config = config(family);
        SortedMap<String, int[]> shapes = new TreeMap<>(TensorLayout.encoder(config));
        shapes.putAll(TensorLayout.classifier(config, kind, LABELS.size()));
        return checkpoint(config, kind, shapes, LABELS);
    }

    static Checkpoint encoder(Family family) {
        EncoderConfig config = config(family);
        return checkpoint(config, ClassifierKind.LINEAR, TensorLayout.encoder(config), List.of());
    }

    private static Checkpoint checkpoint(
            EncoderConfig config, ClassifierKind kind, SortedMap<String, int[]> shapes, List<String> labels) {
        SeededRandom random = SeededRandom.of(11, SeededRandom.Purpose.TEST_WEIGHTS);
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        shapes.forEach((name, shape) -> tensors.put(name, random(random, shape)));
        Map<String, byte[]> tokenizer = Map.of("vocab.txt", "[PAD]\n[UNK]\n".getBytes(StandardCharsets.UTF_8));
        ObjectNode raw = JsonFile.MAPPER.createObjectNode();
        raw.put("custom_key", "kept").put("transformers_version", "4.0.0").put("_name_or_path", "somewhere");
        raw.put("torch_dtype", "float16").put("layer_norm_eps", 1e-12);
        return new Checkpoint(config, kind, tensors, labels, new TreeSet<>(), tokenizer, raw, List.of());
    }

    static Tensor random(SeededRandom random, int... shape) {
        Tensor tensor = Tensor.zeros(shape);
        for (int i = 0; i < tensor.values().length; i++) {
            tensor.values()[i] = (float) random.nextGaussian();
        }
        return tensor;
    }

    static Checkpoint pruned(Checkpoint checkpoint, Head... heads) {
        SortedSet<Head> set = new TreeSet<>(List.of(heads));
        return checkpoint.with(checkpoint.tensors(), checkpoint.labels(), set);
    }

    static Path resource(String path) {
        return Path.of("src/test/resources", path).toAbsolutePath();
    }

    /** Copies a directory of plain files. */
    static Path copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
        return to;
    }

    static void writeSafeTensors(Path file, SortedMap<String, Tensor> tensors) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            SafeTensorsWriter.write(out, tensors, SafeTensorsWriter.PYTORCH);
        }
    }

    static void assertSameTensors(SortedMap<String, Tensor> actual, SortedMap<String, Tensor> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((name, tensor) -> assertThat(Arrays.equals(
                                tensor.shape(), expected.get(name).shape())
                        && Arrays.equals(tensor.values(), expected.get(name).values()))
                .as("tensor %s", name)
                .isTrue());
    }
}
