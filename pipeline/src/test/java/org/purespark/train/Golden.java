// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.SafeTensorsReader;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.family.TensorNames;
import org.purespark.heads.Head;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.ParameterLayout;
import org.purespark.model.TextClassifier;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.engine.Engine;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/** A tiny model of one family with what transformers and PyTorch compute for it in float64. */
record Golden(String family, String directory, JsonNode expected, Checkpoint checkpoint) {
    private static final Storage STORAGE = new Storage(new Configuration(false));

    static Golden of(String family) {
        try {
            String directory = Path.of(
                            Golden.class.getResource("/golden/" + family).toURI())
                    .toString();
            return new Golden(
                    family,
                    directory,
                    new ObjectMapper().readTree(STORAGE.read(directory + "/expected.json", FileKind.RUN_FILE)),
                    new CheckpointReader(STORAGE).read(directory + "/model", directory + "/classifier.safetensors"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Another file of the directory. */
    JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(STORAGE.read(directory + "/" + name, FileKind.RUN_FILE));
    }

    TextClassifier model(int threads) {
        return model(new CpuEngine(threads));
    }

    TextClassifier model(Engine engine) {
        return new TextClassifier(
                checkpoint.encoder(), checkpoint.classifierKind(), 0.1, 2, checkpoint.tensors(), engine);
    }

    int texts() {
        return expected.get("texts").size();
    }

    PackedBatch batch(List<Integer> texts) {
        List<int[]> ids = new ArrayList<>();
        for (int text : texts) {
            ids.add(ints(expected.get("input_ids").get(text)));
        }
        return PackedBatch.of(ids);
    }

    PackedBatch allTexts() {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < texts(); i++) {
            all.add(i);
        }
        return batch(all);
    }

    /** A micro-batch without dropout. */
    Example example(JsonNode indices) {
        List<Integer> texts = new ArrayList<>();
        int[] labels = new int[indices.size()];
        for (int i = 0; i < labels.length; i++) {
            texts.add(indices.get(i).asInt());
            labels[i] = expected.get("labels").get(indices.get(i).asInt()).asInt();
        }
        return new Example(batch(texts), labels, new long[labels.length]);
    }

    Set<Head> prunedHeads() {
        Set<Head> heads = new TreeSet<>();
        expected.get("pruned").get("heads").properties().forEach(layer -> layer.getValue()
                .forEach(head -> heads.add(new Head(Integer.parseInt(layer.getKey()), head.asInt()))));
        return heads;
    }

    double[] penaltyWeights() {
        double lambda = expected.get("micro_batch").get("lambda").asDouble();
        double[] coefficients = doubles(expected.get("layer_coefficients"));
        for (int l = 0; l < coefficients.length; l++) {
            coefficients[l] *= lambda;
        }
        return coefficients;
    }

    /** A file's tensors by canonical name. */
    SortedMap<String, Tensor> tensors(String file) throws IOException {
        SortedMap<String, Tensor> named = new TreeMap<>();
        TensorNames names = new TensorNames(
                checkpoint.family(), ParameterList.ofEncoder(checkpoint.encoder()), ClassifierKind.LINEAR);
        SafeTensorsReader.readAll(STORAGE, directory + "/" + file).forEach((name, tensor) -> {
            if (name.startsWith("enc.")) {
                putParts(names.find(name.substring(4)).orElseThrow().parameters(), tensor, named);
            } else {
                named.put(name.startsWith("cls.") ? "classifier." + name.substring(4) : name, tensor);
            }
        });
        return named;
    }

    /** The parameters in a tensor, one below the other. */
    private static void putParts(List<ParameterSpec> parts, Tensor whole, SortedMap<String, Tensor> named) {
        int from = 0;
        for (ParameterSpec part : parts) {
            int end = from + Math.toIntExact(part.length());
            named.put(part.name(), new Tensor(part.shape(), Arrays.copyOfRange(whole.values(), from, end)));
            from = end;
        }
        assertThat(from).isEqualTo(whole.values().length);
    }

    /** What {@code make_sequence_classifiers.py} wrote for a family. */
    static JsonNode sequence(String family) throws IOException {
        return new ObjectMapper().readTree(STORAGE.read(sequenceFile(family + ".json"), FileKind.RUN_FILE));
    }

    static SortedMap<String, Tensor> sequenceTensors(String family) throws IOException {
        return SafeTensorsReader.readAll(STORAGE, sequenceFile(family + ".safetensors"));
    }

    static JsonNode task(String name) throws IOException {
        return new ObjectMapper().readTree(STORAGE.read(file("tasks/" + name + ".json"), FileKind.RUN_FILE));
    }

    static SortedMap<String, Tensor> taskTensors(String name) throws IOException {
        return SafeTensorsReader.readAll(STORAGE, file("tasks/" + name + ".safetensors"));
    }

    private static String sequenceFile(String name) {
        return file("sequence/" + name);
    }

    private static String file(String name) {
        try {
            return Path.of(Golden.class.getResource("/golden/" + name).toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A parameter's gradient, in its shape. */
    static float[] gradient(GradientSum gradients, String name) {
        ParameterLayout.Slice slice = gradients.layout().slice(name);
        float[] values = new float[slice.length()];
        if (!name.equals(EncoderPart.WORD_EMBEDDINGS.weight())) {
            gradients.dense().get(slice.offset() - gradients.layout().denseStart(), values, 0, values.length);
            return values;
        }
        for (int word = 0; word < slice.shape()[0]; word++) {
            int row = gradients.rowOfWord()[word];
            if (row >= 0) {
                int width = gradients.width();
                gradients.wordRows().get((long) row * width, values, word * width, width);
            }
        }
        return values;
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }
}
