// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.function.IntToLongFunction;
import org.purespark.InputException;
import org.purespark.heads.ClsVariance;
import org.purespark.heads.GateSamples;
import org.purespark.heads.GateSums;
import org.purespark.heads.Head;
import org.purespark.heads.VarianceSums;
import org.purespark.metrics.Confusion;
import org.purespark.metrics.LabelCounts;
import org.purespark.metrics.ScorePairs;
import org.purespark.metrics.Tally;
import org.purespark.model.Example;
import org.purespark.model.ForwardPass;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.model.TextClassifier.Outputs;
import org.purespark.model.TextClassifier.Scored;
import org.purespark.random.DropoutMask;
import org.purespark.random.DropoutSamples;
import org.purespark.task.Answers;
import org.purespark.task.Task;

/** The part of one batch in an evaluation, with a model in memory. */
public final class BatchEvaluation {
    /**
     * A pass with gradients keeps all activations, and a task makes as many passes at the same time as it has threads:
     * so few tokens at once take less memory together than a micro-batch in training.
     */
    private static final int TOKENS_WITH_GRADIENTS = 512;

    private BatchEvaluation() {}

    /**
     * Tally of the labelled texts and variance of CLS attention.
     *
     * @param task what the logits answer
     * @param pruned heads that are not used; they add nothing to the sums
     * @param maxLength N + 1 of the variance's definition
     */
    public static Statistics statistics(
            LoadedModel model, EncodedBatch batch, Task task, SortedSet<Head> pruned, int maxLength) {
        PackedBatch packed = batch.packed();
        SortedSet<Head> all = model.prunedWith(pruned);
        TextClassifier classifier = model.classifier();
        Scored scored = classifier.scored(packed, all, Math.max(1, maxLength - 1));
        requireFinite(scored.logits(), model);
        int layers = classifier.config().layers();
        int heads = classifier.config().heads();
        VarianceSums.Builder sums = new VarianceSums.Builder(layers, heads);
        for (int b = 0; b < packed.texts(); b++) {
            for (int l = 0; l < layers; l++) {
                for (int h = 0; h < heads; h++) {
                    double sum = scored.attention().sum(l, b, h);
                    double squares = scored.attention().squares(l, b, h);
                    sums.add(l, h, finite(ClsVariance.of(sum, squares, packed.length(b), maxLength), model));
                }
            }
        }
        return new Statistics(
                sums.build(),
                model.classifies() ? tally(task, scored.logits(), batch.answers(), classifier.classes()) : null);
    }

    /**
     * Gradients of the texts' losses by the gates of heads; texts without label do not count.
     *
     * @param task whose loss it is
     */
    public static GateSums gateGradients(LoadedModel model, EncodedBatch batch, Task task) {
        return gateGradients(model, batch, task, text -> DropoutMask.KEEP_ALL);
    }

    /**
     * The same in passes with dropout, one after the other.
     *
     * @param task whose loss it is
     */
    public static GateSamples gateSamples(LoadedModel model, EncodedBatch batch, Task task, DropoutSamples samples) {
        List<GateSums> sums = new ArrayList<>();
        for (int sample = 0; sample < samples.number(); sample++) {
            int one = sample;
            sums.add(gateGradients(model, batch, task, text -> samples.key(one, text)));
        }
        return new GateSamples(sums);
    }

    /** @param keys the dropout key of each text, by its number */
    private static GateSums gateGradients(LoadedModel model, EncodedBatch batch, Task task, IntToLongFunction keys) {
        TextClassifier classifier = model.sensing(task.loss());
        GateSums sums =
                GateSums.none(classifier.config().layers(), classifier.config().heads());
        SortedSet<Head> declared = model.prunedWith(Collections.emptySortedSet());
        for (EncodedBatch some : batch.labelledWithin(TOKENS_WITH_GRADIENTS)) {
            Example example = new Example(
                    some.packed(),
                    some.answers(),
                    Arrays.stream(some.numbers()).mapToLong(keys).toArray());
            for (double[][] ofText : classifier.gateGradients(example, declared)) {
                for (double[] ofLayer : ofText) {
                    for (double gradient : ofLayer) {
                        finite(gradient, model);
                    }
                }
                sums = sums.with(ofText);
            }
        }
        return sums;
    }

    /**
     * Gradients of the texts' losses by the embeddings of the tokens in their slots; texts without label do not count.
     *
     * @param task whose loss it is
     * @param slots of each text
     */
    public static SlotGradients slotGradients(LoadedModel model, EncodedBatch batch, Task task, SlotRange slots) {
        TextClassifier classifier = model.sensing(task.loss());
        SortedSet<Head> declared = model.prunedWith(Collections.emptySortedSet());
        double[][] sums = new double[slots.count()][classifier.config().embedding()];
        long texts = 0;
        for (EncodedBatch some : batch.labelledWithin(TOKENS_WITH_GRADIENTS)) {
            PackedBatch packed = some.packed();
            float[][] gradients = classifier.tokenGradients(packed, some.answers(), declared); // [N][W]
            for (int b = 0; b < packed.texts(); b++) {
                int first = packed.starts()[b] + slots.first(packed.length(b));
                for (int slot = 0; slot < slots.count(); slot++) {
                    for (int i = 0; i < sums[slot].length; i++) {
                        sums[slot][i] += finite(gradients[first + slot][i], model);
                    }
                }
            }
            texts += packed.texts();
        }
        return new SlotGradients(sums, texts);
    }

    /**
     * One tally of the labelled texts for each set of pruned heads.
     *
     * @param task what the logits answer
     */
    public static List<Tally> tallies(
            LoadedModel model, EncodedBatch batch, Task task, List<SortedSet<Head>> prunedSets) {
        List<SortedSet<Head>> withDeclared =
                prunedSets.stream().map(model::prunedWith).toList();
        List<Tally> tallies = new ArrayList<>();
        for (float[][] logits : model.classifier().logits(batch.packed(), withDeclared)) {
            requireFinite(logits, model);
            tallies.add(tally(task, logits, batch.answers(), model.classifier().classes()));
        }
        return tallies;
    }

    /** Activations of the feed-forward neurons: {@link Evaluator#neurons}. */
    public static NeuronSums neurons(LoadedModel model, EncodedBatch batch) {
        TextClassifier classifier = model.classifier();
        int neurons = classifier.config().intermediate();
        NeuronSums.Builder sums = new NeuronSums.Builder(classifier.config().layers(), neurons);
        float[] row = new float[neurons];
        SortedSet<Head> declared = model.prunedWith(Collections.emptySortedSet());
        classifier.neurons(batch.packed(), declared, (layer, activations) -> {
            for (int r = 0; r < activations.size(0); r++) {
                activations.get((long) r * neurons, row, 0, neurons);
                for (float activation : row) {
                    finite(activation, model);
                }
                sums.add(layer, row, 0);
            }
        });
        return sums.build();
    }

    /** [B][C]. */
    public static float[][] logits(LoadedModel model, EncodedBatch batch) {
        SortedSet<Head> declared = model.prunedWith(Collections.emptySortedSet());
        return forward(model, batch.packed(), declared, Outputs.LOGITS).logits();
    }

    /** @throws InputException if a logit that has a meaning is not a finite number */
    private static ForwardPass forward(LoadedModel model, PackedBatch texts, SortedSet<Head> pruned, Outputs outputs) {
        ForwardPass forward = model.classifier().forward(texts, pruned, outputs);
        requireFinite(forward.logits(), model);
        return forward;
    }

    private static void requireFinite(float[][] logits, LoadedModel model) {
        if (model.classifies()) {
            for (float[] ofText : logits) {
                for (float logit : ofText) {
                    finite(logit, model);
                }
            }
        }
    }

    /** Weights that are finite, but so large that sums of them are not, would choose the first class without a word. */
    private static double finite(double number, LoadedModel model) {
        if (!Double.isFinite(number)) {
            throw new InputException("the model " + model.address() + " computes " + number
                    + " for a text: its weights are finite, but so large that float32 overflows; it is damaged or made"
                    + " to fail");
        }
        return number;
    }

    /** The class of the largest logit, the first one of equals. */
    public static int prediction(float[] logits) {
        int best = 0;
        for (int c = 1; c < logits.length; c++) {
            if (logits[c] > logits[best]) {
                best = c;
            }
        }
        return best;
    }

    private static Tally tally(Task task, float[][] logits, Answers answers, int classes) {
        if (task instanceof Task.ManyLabels labels) {
            return LabelCounts.of(labels, logits, answers, classes);
        }
        if (task instanceof Task.Score score) {
            return ScorePairs.of(score, logits, answers);
        }
        return confusion(logits, (Answers.Classes) answers, classes);
    }

    private static Confusion confusion(float[][] logits, Answers.Classes answers, int classes) {
        int labelled = 0;
        for (int b = 0; b < answers.size(); b++) {
            labelled += answers.has(b) ? 1 : 0;
        }
        int[] truth = new int[labelled];
        int[] predicted = new int[labelled];
        int at = 0;
        for (int b = 0; b < answers.size(); b++) {
            if (answers.has(b)) {
                truth[at] = answers.numbers()[b];
                predicted[at++] = prediction(logits[b]);
            }
        }
        return Confusion.of(truth, predicted, classes);
    }
}
