// SPDX-License-Identifier: Apache-2.0
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
import org.junit.jupiter.api.Named;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterList;
import org.purespark.family.ConfigKeys;
import org.purespark.family.Families;
import org.purespark.family.Family;
import org.purespark.heads.Head;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;

/** Seeded models of a few hundred weights, and the places of test files. */
final class TinyModels {
    static final Storage STORAGE = new Storage(new Configuration());
    static final ModelCard CARD = ModelCard.of("Purified model", "From a test.", 128, Map.of("seed", "11"));
    static final List<String> LABELS = List.of("bad", "fair", "good");

    private TinyModels() {}

    /** All of them, for parameterized tests. */
    static Stream<Named<Family>> families() {
        return Families.ALL.stream().map(family -> Named.of(family.modelType(), family));
    }

    static EncoderConfig config(Family family) {
        ObjectNode raw = JsonFile.MAPPER.createObjectNode().put("model_type", family.modelType());
        EncoderConfig whole = family.read(new ConfigKeys(raw, "config.json"));
        return EncoderConfig.builder(whole.architecture())
                .vocabulary(7)
                .positions(9)
                .tokenTypes(whole.tokenTypes())
                .embedding(whole.projectsEmbeddings() ? 4 : 6)
                .hidden(6)
                .heads(3)
                .layers(2)
                .intermediate(5)
                .padTokenId(whole.padTokenId())
                .dropout(whole.dropout())
                .build();
    }

    static ClassifierKind sequenceKind(Family family) {
        return family.sequenceHead().kind();
    }

    /** A classifier of three classes. */
    static Checkpoint classifier(Family family, ClassifierKind kind) {
        return checkpoint(family, kind, LABELS);
    }

    static Checkpoint encoder(Family family) {
        return checkpoint(family, ClassifierKind.LINEAR, List.of());
    }

    private static Checkpoint checkpoint(Family family, ClassifierKind kind, List<String> labels) {
        EncoderConfig config = config(family);
        SeededRandom random = SeededRandom.of(11, SeededRandom.Purpose.TEST_WEIGHTS);
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        ParameterList.of(config, kind, labels.size())
                .byName()
                .forEach((name, parameter) -> tensors.put(name, random(random, parameter.shape())));
        Map<String, byte[]> tokenizer = Map.of("vocab.txt", "[PAD]\n[UNK]\n".getBytes(StandardCharsets.UTF_8));
        ObjectNode raw = JsonFile.MAPPER.createObjectNode();
        raw.put("custom_key", "kept").put("transformers_version", "4.0.0").put("_name_or_path", "somewhere");
        raw.put("torch_dtype", "float16").put("layer_norm_eps", 1e-12);
        return new Checkpoint(
                family, config, kind, tensors, labels, TaskKind.ONE_LABEL, new TreeSet<>(), tokenizer, raw, List.of());
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
