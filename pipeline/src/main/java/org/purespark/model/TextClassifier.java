// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.heads.Head;
import org.purespark.model.engine.ClsSums;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.graph.BackwardGraph;
import org.purespark.model.graph.GraphSession;
import org.purespark.model.graph.OpListener;
import org.purespark.task.Answers;
import org.purespark.task.LossKind;

/**
 * A transformer encoder with its classifier, on one device. One thread at a time may use it. Several classifiers may
 * work at the same time on the same {@link Parameters}, each with its own graph and activations.
 */
public final class TextClassifier implements AutoCloseable {
    /** The outputs of a forward pass. */
    public enum Outputs {
        LOGITS,
        LOGITS_AND_ATTENTION
    }

    private enum Ownership {
        OWN,
        SHARED
    }

    private final EncoderConfig config;
    private final int classes;
    private final Ownership ownership;
    private final Parameters parameters;
    private final EncoderGraph encoder;
    private final EmbeddingTable embeddings;
    private final GraphRuns runs;
    private final Engine engine;
    private final GraphSession session;
    private final GraphSession.Wanted learning;
    private final DeviceArray one;

    /**
     * A classifier with its own parameters, which it closes.
     *
     * @param classifierDropout rate before the last projection, in training only
     * @param tensors by canonical name, see {@link ParameterLayout}
     * @param classes C
     * @param engine the engine; it is closed with the classifier
     * @throws IllegalArgumentException if a tensor is missing or has a wrong shape, or the engine cannot compute heads
     *     of this size
     */
    public TextClassifier(
            EncoderConfig config,
            ClassifierKind kind,
            double classifierDropout,
            int classes,
            SortedMap<String, Tensor> tensors,
            Engine engine) {
        this(config, kind, new Training(classifierDropout, LossKind.CROSS_ENTROPY), classes, tensors, engine);
    }

    /**
     * A classifier with its own parameters, which it closes.
     *
     * @param tensors by canonical name, see {@link ParameterLayout}
     * @param classes C
     * @param engine the engine; it is closed with the classifier
     * @throws IllegalArgumentException if a tensor is missing or has a wrong shape, or the engine cannot compute heads
     *     of this size
     */
    public TextClassifier(
            EncoderConfig config,
            ClassifierKind kind,
            Training training,
            int classes,
            SortedMap<String, Tensor> tensors,
            Engine engine) {
        this(
                config,
                kind,
                training,
                Parameters.of(new ParameterLayout(checked(config, engine), kind, classes), tensors, engine),
                Ownership.OWN,
                engine);
    }

    /**
     * A classifier on parameters that others may use too: it only reads them, and does not close them. It has no loss
     * and no gradients.
     *
     * @param parameters of this configuration and kind; they do not change, and are closed after the classifier
     * @param engine the engine, of the same class as that of the parameters; it is closed with the classifier
     * @throws IllegalArgumentException if the engine cannot compute heads of this size
     */
    public TextClassifier(EncoderConfig config, ClassifierKind kind, Parameters parameters, Engine engine) {
        this(checked(config, engine), kind, Training.NONE, parameters, Ownership.SHARED, engine);
    }

    /**
     * A classifier on parameters that others may use too, for {@link #gateGradients}: as
     * {@link #TextClassifier(EncoderConfig, ClassifierKind, Parameters, Engine)}, with a loss.
     */
    public TextClassifier(
            EncoderConfig config, ClassifierKind kind, LossKind loss, Parameters parameters, Engine engine) {
        this(checked(config, engine), kind, new Training(0, loss), parameters, Ownership.SHARED, engine);
    }

    private TextClassifier(
            EncoderConfig config,
            ClassifierKind kind,
            Training training,
            Parameters parameters,
            Ownership ownership,
            Engine engine) {
        this.config = config;
        this.classes = parameters.layout().slice(EncoderPart.CLASSIFIER.bias()).length();
        this.ownership = ownership;
        this.parameters = parameters;
        this.engine = engine;
        this.embeddings = new EmbeddingTable(config, parameters);
        EncoderGraph.Use use = training == Training.NONE ? EncoderGraph.Use.READING : EncoderGraph.Use.LEARNING;
        this.encoder = new EncoderGraph(config, kind, training, parameters.layout(), use);
        this.one = engine.allocate();
        one.put(0, new float[] {1f}, 0, 1);
        Map<String, DeviceArray> given = new HashMap<>();
        given.put(BackwardGraph.ONE, one);
        encoder.parameters().forEach((name, parameter) -> given.put(name, parameters.inGraph(parameter)));
        this.session = new GraphSession(encoder.graph(), engine, given);
        this.runs = new GraphRuns(config, encoder, embeddings, session, engine);
        this.learning = learning(encoder);
    }

    /** The variables of a run in training: the losses, and gradients as soon as they are computed. */
    static GraphSession.Wanted learning(EncoderGraph encoder) {
        List<String> gradients = new ArrayList<>(encoder.gradientOffsets().keySet());
        gradients.add(encoder.tokensGradient());
        List<String> losses = new ArrayList<>(encoder.answerLosses());
        losses.addAll(encoder.attentionLosses());
        return new GraphSession.Wanted(losses, gradients);
    }

    /** The variables of a pass without gradients. */
    static GraphSession.Wanted reading(int layers, Outputs outputs) {
        List<String> wanted = new ArrayList<>();
        wanted.add(EncoderGraph.LOGITS);
        if (outputs == Outputs.LOGITS_AND_ATTENTION) {
            for (int l = 0; l < layers; l++) {
                wanted.add(EncoderGraph.clsAttention(l));
            }
        }
        return new GraphSession.Wanted(wanted, List.of());
    }

    private static EncoderConfig checked(EncoderConfig config, Engine engine) {
        engine.requireHeadSize(config.hidden() / config.heads());
        return config;
    }

    /** Class scores, without dropout. */
    public ForwardPass forward(PackedBatch batch, Set<Head> pruned, Outputs outputs) {
        Map<String, DeviceArray> values = runs.read(reading(config.layers(), outputs), batch, pruned);
        float[][] attention = new float[outputs == Outputs.LOGITS_AND_ATTENTION ? config.layers() : 0][];
        for (int l = 0; l < attention.length; l++) {
            attention[l] = values.get(EncoderGraph.clsAttention(l)).toArray();
        }
        float[][] logits = GraphRuns.rows(values.get(EncoderGraph.LOGITS), classes);
        runs.release(values);
        return new ForwardPass(logits, attention, batch, config.heads());
    }

    /**
     * Class scores [B][C] with each of several sets of pruned heads, in their order, without dropout: the same as a
     * pass with each gives. A layer is computed once for all sets that have the same heads in it and below.
     */
    public List<float[][]> logits(PackedBatch batch, List<? extends Set<Head>> prunedSets) {
        return LogitsOfSets.of(encoder, runs, batch, prunedSets, config.layers(), classes);
    }

    /**
     * What heads are scored by.
     *
     * @param logits [B][C]
     * @param attention sums over CLS attention
     */
    public record Scored(float[][] logits, ClsSums attention) {}

    /**
     * Class scores and sums of CLS attention, without dropout.
     *
     * @param most entries of a text's CLS attention that count, at least 1
     */
    public Scored scored(PackedBatch batch, Set<Head> pruned, int most) {
        Map<String, DeviceArray> values =
                runs.read(reading(config.layers(), Outputs.LOGITS_AND_ATTENTION), batch, pruned);
        List<DeviceArray> attention = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            attention.add(values.get(EncoderGraph.clsAttention(l))); // [N, A]
        }
        Scored scored = new Scored(
                GraphRuns.rows(values.get(EncoderGraph.LOGITS), classes),
                engine.clsSums(runs.reading(batch, pruned), attention, most));
        runs.release(values);
        return scored;
    }

    /** Last hidden states of the real tokens [N][D], without dropout. */
    public float[][] hiddenStates(PackedBatch batch, Set<Head> pruned) {
        GraphSession.Wanted hidden = new GraphSession.Wanted(List.of(EncoderGraph.HIDDEN), List.of());
        Map<String, DeviceArray> values = runs.read(hidden, batch, pruned);
        float[][] rows = GraphRuns.rows(values.get(EncoderGraph.HIDDEN), config.hidden());
        runs.release(values);
        return rows;
    }

    /** Gets what the neurons of a layer's feed-forward part give. */
    public interface NeuronTaker {
        /** @param activations [R, F] of R tokens after the activation function; valid only during the call */
        void take(int layer, DeviceArray activations);
    }

    /**
     * Passes on the activations of the feed-forward parts, layer after layer, without dropout: of all tokens; in the
     * last layer of those that the classifier reads, where the others are not computed.
     */
    public void neurons(PackedBatch batch, Set<Head> pruned, NeuronTaker taker) {
        Map<String, Integer> layerOf = new LinkedHashMap<>();
        for (int l = 0; l < config.layers(); l++) {
            layerOf.put(EncoderGraph.neurons(l), l);
        }
        GraphSession.Wanted wanted = new GraphSession.Wanted(List.of(), List.copyOf(layerOf.keySet()));
        runs.run(
                wanted,
                runs.reading(batch, pruned),
                batch,
                GraphRuns.NO_TEACHER,
                (variable, activations) -> taker.take(layerOf.get(variable), activations));
    }

    /**
     * The loss of one micro-batch.
     *
     * @param answers of the {@link LossKind}, mean over the texts, sum over the layers that are read
     * @param penalty λ Σ c[l] Σ_h sqrt(Σ A²), and the weighted distance from the teacher's attention
     */
    public record Loss(double answers, double penalty) {
        public double total() {
            return answers + penalty;
        }
    }

    /**
     * Adds the gradients of the loss of one micro-batch to {@code sum}.
     *
     * @param penaltyWeights [L] λ·c[l]
     * @throws IllegalStateException if the parameters are not this classifier's own
     * @throws IllegalArgumentException if the example has no teacher's attention and the training has a teacher, or the
     *     other way round
     */
    public Loss addGradients(Example example, Set<Head> pruned, double[] penaltyWeights, GradientSum sum) {
        if (ownership != Ownership.OWN) {
            throw new IllegalStateException("a classifier on parameters that it shares does not learn");
        }
        if (example.teacherAttention().size() != encoder.teacherInputs().size()) {
            throw new IllegalArgumentException("a teacher's attention in "
                    + example.teacherAttention().size() + " layers, expected "
                    + encoder.teacherInputs().size());
        }
        UsedHeads used = new UsedHeads(config, pruned);
        TextBatch.Targets targets = new TextBatch.Targets(example.answers(), used.penaltyWeights(penaltyWeights));
        TextBatch texts = new TextBatch(example.batch().starts(), example.keys(), used.gates(), targets);
        Map<String, DeviceArray> values =
                runs.run(learning, texts, example.batch(), example.teacherAttention(), (variable, gradient) -> {
                    if (variable.equals(encoder.tokensGradient())) {
                        embeddings.addGradient(example.batch(), gradient, sum);
                    } else {
                        sum.addDense(encoder.gradientOffsets().get(variable), gradient);
                    }
                });
        Loss loss = new Loss(sum(values, encoder.answerLosses()), sum(values, encoder.attentionLosses()));
        runs.release(values);
        return loss;
    }

    private static double sum(Map<String, DeviceArray> values, List<String> losses) {
        double sum = 0;
        for (String loss : losses) {
            sum += values.get(loss).get(0);
        }
        return sum;
    }

    /**
     * dL/dg for the gate g of each head, by which what the head gives is multiplied, where g is 1, and 0 for a pruned
     * head: of the loss L of each text alone, without dropout and penalty.
     *
     * @param answers one for each text
     * @return [B][L][A]
     * @throws IllegalStateException if the classifier has no loss
     */
    public double[][][] gateGradients(PackedBatch batch, Answers answers, Set<Head> pruned) {
        return gateGradients(new Example(batch, answers, new long[batch.texts()]), pruned);
    }

    /**
     * The same with the dropout that the example's keys make: of the encoder's layers, at the encoder's rates.
     *
     * @param example without a teacher
     * @return [B][L][A]
     * @throws IllegalStateException if the classifier has no loss
     */
    public double[][][] gateGradients(Example example, Set<Head> pruned) {
        if (encoder.contexts().isEmpty()) {
            throw new IllegalStateException("a classifier without a loss has no gradients");
        }
        PackedBatch batch = example.batch();
        TextBatch.Targets targets =
                new TextBatch.Targets(example.answers(), new float[config.layers()][config.heads()]);
        TextBatch texts = new TextBatch(batch.starts(), example.keys(), new UsedHeads(config, pruned).gates(), targets);
        GateGradients gradients = new GateGradients(encoder.contexts(), texts, config);
        Map<String, DeviceArray> contexts =
                runs.run(gradients.wanted(learning), texts, batch, GraphRuns.NO_TEACHER, gradients::take);
        double[][][] ofTexts = gradients.ofTexts(contexts);
        runs.release(contexts);
        return ofTexts;
    }

    /**
     * dL/dx for the embedding x of each token (word, position and type together, before the norm) and the loss L of its
     * text alone, without dropout and penalty.
     *
     * @param answers one for each text
     * @return [N][W]
     * @throws IllegalStateException if the classifier has no loss
     */
    public float[][] tokenGradients(PackedBatch batch, Answers answers, Set<Head> pruned) {
        if (encoder.contexts().isEmpty()) {
            throw new IllegalStateException("a classifier without a loss has no gradients");
        }
        TextBatch.Targets targets = new TextBatch.Targets(answers, new float[config.layers()][config.heads()]);
        TextBatch texts =
                new TextBatch(batch.starts(), new long[batch.texts()], new UsedHeads(config, pruned).gates(), targets);
        float[][][] found = new float[1][][]; // [1][N][W]
        GraphSession.Wanted gradients = new GraphSession.Wanted(List.of(), learning.passed());
        runs.run(gradients, texts, batch, GraphRuns.NO_TEACHER, (variable, gradient) -> {
            if (variable.equals(encoder.tokensGradient())) {
                found[0] = GraphRuns.rows(gradient, config.embedding());
            }
        });
        for (float[] row : found[0]) {
            for (int i = 0; i < row.length; i++) {
                row[i] *= batch.texts(); // the loss of a batch is the mean over its texts
            }
        }
        return found[0];
    }

    public EncoderConfig config() {
        return config;
    }

    public int classes() {
        return classes;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** Sets the listener that gets the time of each operation from now on. */
    public void tell(OpListener listener) {
        session.tell(listener);
    }

    /** Bytes of the engine's memory held for activations and gradients. */
    public long activationBytes() {
        return session.heldBytes();
    }

    /** The engine, with parameters and gradients in its memory. */
    public Engine engine() {
        return engine;
    }

    @Override
    public void close() {
        session.close();
        one.close();
        if (ownership == Ownership.OWN) {
            parameters.close();
        }
        engine.close();
    }
}
