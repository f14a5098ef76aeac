// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointWriter;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.DefenceChoice;
import org.purespark.encoder.Activation;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.family.ExportForm;
import org.purespark.heads.Head;
import org.purespark.train.WeightChange;

class WeightChangesTest {
    @TempDir
    private Path directory;

    private DefenceCase clues;
    private Checkpoint suspect;

    @BeforeEach
    void read() throws Exception {
        clues = DefenceCase.of(directory, "bert", DefenceChoice.FT);
        suspect = DefenceCase.read(clues.suspect());
    }

    @Test
    void onlyTopLayersAreDrawnAnew() throws Exception {
        SortedMap<String, Tensor> changed = changed(new NewTopLayers.Drawn(2, 11), clues.suspect());
        suspect.tensors().forEach((name, before) -> {
            float[] values = changed.get(name).values();
            if (!name.startsWith("encoder.layer.1.") && !name.startsWith("encoder.layer.2.")) {
                assertThat(values).as(name).isEqualTo(before.values());
            } else if (name.endsWith("LayerNorm.weight")) {
                assertThat(values).as(name).containsOnly(1f);
            } else if (name.endsWith(".bias")) {
                assertThat(values).as(name).containsOnly(0f);
            } else {
                assertThat(deviation(values)).as(name).isCloseTo(0.02, within(0.001));
            }
        });
        assertThat(changed(new NewTopLayers.Drawn(1, 11), clues.suspect())
                        .get(EncoderPart.QUERY.weight(2))
                        .values())
                .as("whatever the number of layers")
                .isEqualTo(changed.get(EncoderPart.QUERY.weight(2)).values());
        assertThat(changed(new NewTopLayers.Drawn(1, 12), clues.suspect())
                        .get(EncoderPart.QUERY.weight(2))
                        .values())
                .as("of another seed")
                .isNotEqualTo(changed.get(EncoderPart.QUERY.weight(2)).values());
    }

    /** transformers truncates at two deviations; of what is left the deviation is 0.8796 of the whole one. */
    @Test
    void newLayersOfModernBertAreTruncatedAndWriteLess() throws Exception {
        String modernBert = "src/test/resources/golden/modernbert/model";
        SortedMap<String, Tensor> changed = changed(new NewTopLayers.Drawn(1, 11), modernBert);
        int last = DefenceCase.read(modernBert).encoder().layers() - 1;
        double range = DefenceCase.read(modernBert).encoder().initializerRange();
        for (EncoderPart reads : List.of(EncoderPart.QUERY, EncoderPart.INTERMEDIATE)) {
            float[] values = changed.get(reads.weight(last)).values();
            assertThat(largest(values)).isBetween(1.9 * range, 2 * range);
            assertThat(deviation(values)).isCloseTo(0.8796 * range, within(0.05 * range));
        }
        double less = range / Math.sqrt(2.0 * (last + 1));
        for (EncoderPart writes : List.of(EncoderPart.ATTENTION_OUTPUT, EncoderPart.OUTPUT)) {
            float[] values = changed.get(writes.weight(last)).values();
            assertThat(largest(values)).isBetween(1.9 * less, 2 * less);
            assertThat(deviation(values)).isCloseTo(0.8796 * less, within(0.05 * less));
        }
    }

    @Test
    void eachEntryIsTheSuspectsOrTheCleanOne() throws Exception {
        String clean = clues.another("clean", 5);
        int[] counts = new int[suspect.encoder().vocabulary()];
        WeightChange mixture = new FineMixing.Mixture(ModelAddress.of(clean), 0.3, 11, new FineMixing.Words(0, counts));
        SortedMap<String, Tensor> mixed = changed(mixture, clues.suspect());
        long own = 0;
        long all = 0;
        for (String name : suspect.tensors().keySet()) {
            float[] values = mixed.get(name).values();
            float[] before = suspect.tensors().get(name).values();
            float[] other = DefenceCase.read(clean).tensors().get(name).values();
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).as(name).isIn(before[i], other[i]);
                own += values[i] == before[i] ? 1 : 0;
            }
            all += values.length;
        }
        assertThat((double) own / all).isCloseTo(0.3, within(0.01));
    }

    @Test
    void aCleanStartKeepsNothingOfTheSuspect() throws Exception {
        String clean = clues.another("clean", 5);
        ClassifierKind kind = ClassifierKind.dense(Activation.TANH, ClassifierKind.Input.AS_IT_IS);
        SortedMap<String, Tensor> own = new TreeMap<>(suspect.tensors());
        own.remove(EncoderPart.CLASSIFIER.weight());
        own.remove(EncoderPart.CLASSIFIER.bias());
        ParameterList.of(suspect.encoder(), kind, 0)
                .byName()
                .forEach((name, parameter) -> own.computeIfAbsent(name, absent -> sevens(parameter.shape())));
        Checkpoint start = new Checkpoint(
                suspect.family(),
                suspect.encoder(),
                kind,
                own,
                List.of(),
                suspect.task(),
                suspect.prunedHeads(),
                suspect.tokenizerFiles(),
                suspect.rawConfig(),
                List.of());
        SortedMap<String, Tensor> started = new TreeMap<>(own);
        new CleanStart.Replaced(ModelAddress.of(clean), 11).apply(start, started, DefenceCase.STORAGE);
        assertThat(started.keySet()).isEqualTo(own.keySet());
        SortedMap<String, Tensor> cleanTensors = DefenceCase.read(clean).tensors();
        ParameterList.ofEncoder(suspect.encoder()).byName().keySet().forEach(name -> assertThat(
                        started.get(name).values())
                .as(name)
                .isEqualTo(cleanTensors.get(name).values()));
        assertThat(deviation(started.get(EncoderPart.CLASSIFIER_DENSE.weight()).values()))
                .isCloseTo(0.02, within(0.001));
        assertThat(started.get(EncoderPart.CLASSIFIER_DENSE.bias()).values()).containsOnly(0f);
    }

    private static Tensor sevens(int... shape) {
        Tensor tensor = Tensor.zeros(shape);
        Arrays.fill(tensor.values(), 7f);
        return tensor;
    }

    @Test
    void theWordsThatHaveMovedMostForTheirNumberBecomeClean() throws Exception {
        int[] counts = new int[4];
        counts[2] = 1000;
        Tensor now = Tensor.of(new float[] {3, 4, 0, 6, 6, 8, 1, 0}, 4, 2); // distances 5, 6, 10, 1
        Tensor before = Tensor.zeros(4, 2);
        // 5 / ln 20, 6 / ln 20, 10 / ln 1000, 1 / ln 20: 1.67, 2.00, 1.45, 0.33.
        assertThat(new FineMixing.Words(3, counts).chosen(now, before)).containsExactly(1, 0, 2);
        assertThat(new FineMixing.Words(9, counts).chosen(now, before)).containsExactly(1, 0, 2, 3);

        String clean = clues.another("clean", 5);
        SortedMap<String, Tensor> poisoned = new TreeMap<>(suspect.tensors());
        float[] words = poisoned.get(EncoderPart.WORD_EMBEDDINGS.weight()).values();
        Arrays.fill(words, 77 * 48, 78 * 48, 9f);
        String with = directory.resolve("poisoned").toString();
        new CheckpointWriter(DefenceCase.STORAGE)
                .write(suspect.with(poisoned, List.of(), new TreeSet<>()), with, ExportForm.DENSE, DefenceCase.CARD);
        WeightChange keepsAll =
                new FineMixing.Mixture(ModelAddress.of(clean), 1, 11, new FineMixing.Words(1, clues.tokenCounts()));
        float[] purified = changed(keepsAll, with)
                .get(EncoderPart.WORD_EMBEDDINGS.weight())
                .values();
        float[] ofClean = DefenceCase.read(clean)
                .tensors()
                .get(EncoderPart.WORD_EMBEDDINGS.weight())
                .values();
        for (int i = 0; i < purified.length; i++) {
            assertThat(purified[i]).isEqualTo(i / 48 == 77 ? ofClean[i] : words[i]);
        }
    }

    @Test
    void theMeanIsOverAllModels() throws Exception {
        ModelAddress one = ModelAddress.of(clues.another("one", 5));
        ModelAddress other = ModelAddress.of(clues.another("other", 6));
        SortedMap<String, Tensor> ofTwo = changed(new WeightAverage.Mean(List.of(one)), clues.suspect());
        SortedMap<String, Tensor> ofThree = changed(new WeightAverage.Mean(List.of(one, other)), clues.suspect());
        String name = EncoderPart.OUTPUT.weight(1);
        float[] first = suspect.tensors().get(name).values();
        float[] second = DefenceCase.read(one.directory()).tensors().get(name).values();
        float[] third = DefenceCase.read(other.directory()).tensors().get(name).values();
        for (int i = 0; i < first.length; i++) {
            assertThat(ofTwo.get(name).values()[i]).isCloseTo((first[i] + second[i]) / 2, within(1e-7f));
            assertThat(ofThree.get(name).values()[i]).isCloseTo((first[i] + second[i] + third[i]) / 3, within(1e-7f));
        }
    }

    @Test
    void aModelWithPrunedHeadsIsRefused() throws Exception {
        Checkpoint pruned = suspect.with(suspect.tensors(), List.of(), new TreeSet<>(List.of(new Head(1, 2))));
        String written = directory.resolve("pruned").toString();
        new CheckpointWriter(DefenceCase.STORAGE).write(pruned, written, ExportForm.DENSE, DefenceCase.CARD);
        assertThatThrownBy(() -> changed(new WeightAverage.Mean(List.of(ModelAddress.of(written))), clues.suspect()))
                .isInstanceOf(InputException.class)
                .hasMessage("the model " + written + " has pruned heads [" + new Head(1, 2) + "]: their weights cannot"
                        + " be joined with the suspect's; give the model before it was pruned");
    }

    @Test
    void addressesAreMadeAbsolute() throws Exception {
        ModelAddress relative = ModelAddress.of("some/model");
        String absolute = DefenceCase.STORAGE.qualified("some/model");
        assertThat(new WeightAverage.Mean(List.of(relative)).absolute(DefenceCase.STORAGE))
                .isEqualTo(new WeightAverage.Mean(List.of(ModelAddress.of(absolute))));
        FineMixing.Words words = new FineMixing.Words(1, new int[1]);
        assertThat(new CleanStart.Replaced(relative, 11).absolute(DefenceCase.STORAGE))
                .isEqualTo(new CleanStart.Replaced(ModelAddress.of(absolute), 11));
        assertThat(new FineMixing.Mixture(relative, 0.5, 11, words).absolute(DefenceCase.STORAGE))
                .isEqualTo(new FineMixing.Mixture(ModelAddress.of(absolute), 0.5, 11, words));
    }

    private static SortedMap<String, Tensor> changed(WeightChange change, String of) throws Exception {
        Checkpoint start = DefenceCase.read(of);
        SortedMap<String, Tensor> tensors = new TreeMap<>(start.tensors());
        change.apply(start, tensors, DefenceCase.STORAGE);
        assertThat(tensors.keySet()).isEqualTo(start.tensors().keySet());
        return tensors;
    }

    private static double deviation(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares / values.length);
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
