// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.purespark.encoder.Attention;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.Normalization;
import org.purespark.model.engine.LossKernels.ClsAttention;
import org.purespark.model.engine.LossKernels.TaughtAttention;
import org.purespark.model.graph.BackwardGraph;
import org.purespark.model.ops.AttentionDistance;
import org.purespark.model.ops.AttentionPenalty;
import org.purespark.model.ops.ClassifierLoss;

/**
 * The transformer encoder with its classifier, loss and gradients as one SameDiff graph. Texts are packed: N is the
 * number of real tokens in the batch, B of texts; D hidden, W width of the embeddings (in most families D), F
 * intermediate, A heads, L layers, C classes.
 *
 * <p>Inputs: {@code tokens} [N, W], sums of word, position and type embeddings, which {@link EmbeddingTable} looks up;
 * the parameters ({@link #parameters}); in learning {@link BackwardGraph#ONE}; and with a teacher its CLS attention
 * ({@link #teacherInputs}). All other data of the texts
 * (lengths, dropout keys, gates, labels, weights of the penalty) are in the run's {@code TextBatch}. The graph contains
 * no array.
 */
final class EncoderGraph {
    static final String TOKENS = "tokens";
    static final String LOGITS = "logits";
    static final String HIDDEN = "hidden";
    private static final String ANSWER_LOSS = "answer_loss_";
    static final String PENALTY = "penalty";
    private static final String TEACHER_DISTANCE = "teacher_distance";

    /** The use of a graph. */
    enum Use {
        /** Results, loss and gradients. */
        LEARNING,
        /** Only results, with parameters that do not change: matrices are copies in the form of the fastest product. */
        READING
    }

    /** The form of a parameter in the graph. */
    enum Form {
        /** The flat parameters themselves. */
        VIEW,
        /** A transposed copy of a matrix. */
        TRANSPOSED_COPY
    }

    /** For which tokens the last layer is computed. */
    enum LastLayer {
        /** First tokens alone: much faster, where nothing else is read. */
        FIRST_TOKENS,
        /** Attention for all tokens, as scores know of positions; what follows it for first tokens alone. */
        FIRST_TOKENS_AFTER_ATTENTION,
        /** All: the general way. */
        ALL_TOKENS;

        static LastLayer of(EncoderConfig config, ClassifierKind classifier) {
            if (!classifier.pooling().readsFirstTokenAlone()) {
                return ALL_TOKENS;
            }
            return config.readsFirstTokenOnly(classifier) ? FIRST_TOKENS : FIRST_TOKENS_AFTER_ATTENTION;
        }
    }

    /**
     * A parameter of the graph.
     *
     * @param offset of its first entry in the flat parameters
     * @param shape its shape there
     */
    record Parameter(int offset, int[] shape, Form form) {
        /** Its shape in the graph. */
        long[] shapeInGraph() {
            long[] seen = Arrays.stream(shape).asLongStream().toArray();
            return form == Form.VIEW ? seen : new long[] {seen[1], seen[0]};
        }
    }

    /**
     * What the heads of a layer give, side by side, before the output projection.
     *
     * @param values name of its variable, [N, D] or, of first tokens alone, [B, D]
     * @param gradient name of its gradient
     */
    record Context(String values, String gradient) {}

    private final GraphParts parts;
    private final SameDiff graph;
    private final EncoderConfig config;
    /** Gradient variable → offset in the flat parameters of what it is the gradient of. */
    private final Map<String, Integer> gradientOffsets = new LinkedHashMap<>();

    private final List<String> answerLosses = new ArrayList<>();
    private final List<String> attentionLosses = new ArrayList<>();
    private final List<String> teacherInputs = new ArrayList<>();
    private final List<Context> contexts = new ArrayList<>();
    private final List<List<String>> states = new ArrayList<>();
    private String tokensGradient;

    EncoderGraph(EncoderConfig config, ClassifierKind classifier, Training training, ParameterLayout layout, Use use) {
        this(config, classifier, training, layout, use, LastLayer.of(config, classifier));
    }

    EncoderGraph(
            EncoderConfig config,
            ClassifierKind classifier,
            Training training,
            ParameterLayout layout,
            Use use,
            LastLayer lastLayer) {
        this.config = config;
        this.parts = new GraphParts(config, layout, use);
        this.graph = parts.graph();
        ClassifierParts ofClassifier = new ClassifierParts(parts, classifier, training.classifierDropout());
        SDVariable tokens = graph.placeHolder(TOKENS, DataType.FLOAT, -1, config.embedding()); // [N, W]
        LayerOutputs seen = LayerOutputs.none();
        LastRows rows = rows(tokens, lastLayer, seen);
        SDVariable last = lastLayer == LastLayer.ALL_TOKENS
                ? ofClassifier.pooled(rows.all().get().rename(HIDDEN))
                : rows.first().get(); // [B, D]
        int classes = layout.slice(EncoderPart.CLASSIFIER.bias()).shape()[0];
        SDVariable logits = ofClassifier.logits(last, classes).rename(LOGITS); // [B, C]
        for (int l = 0; l < config.layers(); l++) {
            seen.clsAttention().get(l).rename(clsAttention(l)); // [N, A]
            seen.neurons().get(l).rename(neurons(l)); // [R, F]
        }
        seen.states()
                .forEach(
                        after -> states.add(after.stream().map(SDVariable::name).toList()));
        if (use == Use.LEARNING) {
            List<SDVariable> read = new ArrayList<>(); // [B, C] each
            if (training.readout() == Readout.EVERY_LAYER) {
                seen.hidden().forEach(x -> read.add(ofClassifier.logits(parts.firstRows(x), classes)));
            }
            read.add(logits);
            addGradients(read, training, seen.clsAttention());
        }
        if (lastLayer != LastLayer.ALL_TOKENS) {
            // The loss does not use the other tokens of the last layer: they are computed only if a run asks for them.
            rows.all().get().rename(HIDDEN); // [N, D]
        }
    }

    private LastRows rows(SDVariable tokens, LastLayer lastLayer, LayerOutputs seen) {
        if (config.architecture().normalization() instanceof Normalization.BeforePart) {
            Attention.Rotary attention =
                    (Attention.Rotary) config.architecture().attention();
            return new PreNormLayers(parts, attention).rows(tokens, lastLayer, seen);
        }
        return new PostNormLayers(parts).rows(tokens, lastLayer, seen);
    }

    /**
     * Adds the losses, and the gradients of their sum by all parameters.
     *
     * @param logits [B, C] each
     */
    private void addGradients(List<SDVariable> logits, Training training, List<SDVariable> clsAttention) {
        List<SDVariable> losses = new ArrayList<>();
        for (SDVariable read : logits) {
            SDVariable loss = new ClassifierLoss(graph, read, training.loss()).loss(); // []
            losses.add(loss.rename(ANSWER_LOSS + (losses.size() + 1)));
            answerLosses.add(loss.name());
        }
        SDVariable penalty = new AttentionPenalty(graph, new ClsAttention<>(clsAttention))
                .penalty()
                .rename(PENALTY); // []
        TreeSet<String> wanted = new TreeSet<>(parameters().keySet());
        wanted.add(TOKENS);
        parts.contexts().values().forEach(context -> wanted.add(context.name()));
        losses.add(penalty);
        attentionLosses.add(PENALTY);
        if (training.teacherWeight() > 0) {
            losses.add(teacherDistance(clsAttention, training.teacherWeight()));
            attentionLosses.add(TEACHER_DISTANCE);
        }
        Map<String, SDVariable> gradients = BackwardGraph.of(graph, losses, wanted);
        tokensGradient = gradients.get(TOKENS).name();
        parts.contexts()
                .values()
                .forEach(context -> contexts.add(new Context(
                        context.name(), gradients.get(context.name()).name())));
        parameters()
                .forEach((name, parameter) ->
                        gradientOffsets.put(gradients.get(name).name(), parameter.offset()));
    }

    /** clsAttention [N, A] each → []. */
    private SDVariable teacherDistance(List<SDVariable> clsAttention, double weight) {
        List<SDVariable> ofTeacher = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            ofTeacher.add(graph.placeHolder(teacherAttention(l), DataType.FLOAT, -1, config.heads())); // [N, A]
            teacherInputs.add(teacherAttention(l));
        }
        return new AttentionDistance(graph, new TaughtAttention<>(clsAttention, ofTeacher), weight)
                .outputVariable()
                .rename(TEACHER_DISTANCE); // []
    }

    SameDiff graph() {
        return graph;
    }

    /** The graph's parameters by its names for them. */
    Map<String, Parameter> parameters() {
        return parts.parameters();
    }

    /** Names of the gradients of parameters, with the offset of each in the flat parameters; none in reading. */
    Map<String, Integer> gradientOffsets() {
        return gradientOffsets;
    }

    /** Names of the losses of the answers, whose sum is made small; none in reading. */
    List<String> answerLosses() {
        return answerLosses;
    }

    /** Names of the losses of CLS attention; none in reading. */
    List<String> attentionLosses() {
        return attentionLosses;
    }

    /** Names of the inputs with a teacher's CLS attention [N, A], in the order of layers; none without a teacher. */
    List<String> teacherInputs() {
        return teacherInputs;
    }

    /** The contexts of all layers, from the first one on, with their gradients; none in reading. */
    List<Context> contexts() {
        return contexts;
    }

    /** Names of what layer {@code layer + 1} reads of the texts, [N, D] each; {@code layer} is not the last one. */
    List<String> statesAfter(int layer) {
        return states.get(layer);
    }

    /** Name of the gradient of {@link #TOKENS}; null in reading. */
    String tokensGradient() {
        return tokensGradient;
    }

    static String clsAttention(int layer) {
        return "cls_attention_" + layer;
    }

    /** {@link LayerOutputs#neurons}. */
    static String neurons(int layer) {
        return "neurons_" + layer;
    }

    private static String teacherAttention(int layer) {
        return "teacher_attention_" + layer;
    }
}
