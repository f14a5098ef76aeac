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
import org.purespark.encoder.Activation;
import org.purespark.encoder.Attention;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EmbeddingProjection;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.Normalization;
import org.purespark.model.engine.AttentionKernels;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.AttentionKernels.FirstTokenAttended;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.DropoutSite;
import org.purespark.model.engine.HeadKernels;
import org.purespark.model.engine.LossKernels.ClsAttention;
import org.purespark.model.engine.NormKernels;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.NormKernels.ScaleNormInputs;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.TextBatch.RowKind;
import org.purespark.model.graph.BackwardGraph;
import org.purespark.model.ops.AddBias;
import org.purespark.model.ops.AttentionPenalty;
import org.purespark.model.ops.BiasGelu;
import org.purespark.model.ops.CrossEntropy;
import org.purespark.model.ops.ElementWise;
import org.purespark.model.ops.EmbeddingNorm;
import org.purespark.model.ops.FirstRows;
import org.purespark.model.ops.FirstTokenAttention;
import org.purespark.model.ops.HeadGather;
import org.purespark.model.ops.HeadSpread;
import org.purespark.model.ops.MeanRows;
import org.purespark.model.ops.ResidualNorm;
import org.purespark.model.ops.ScaleNorm;
import org.purespark.model.ops.SelfAttention;
import org.purespark.model.ops.TextDropout;

/**
 * The transformer encoder with its classifier, loss and gradients as one SameDiff graph. Texts are packed: N is the
 * number of real tokens in the batch, B of texts; D hidden, W embedding width (D, but for ELECTRA), F intermediate, A
 * heads, L layers, C classes.
 *
 * <p>Inputs: {@code tokens} [N, W], sums of word, position and type embeddings, which {@link EmbeddingTable} looks up;
 * the parameters ({@link #parameters}); and in learning {@link BackwardGraph#ONE}. All other data of the texts
 * (lengths, dropout keys, gates, labels, weights of the penalty) are in the run's {@code TextBatch}. The graph contains
 * no array.
 */
final class EncoderGraph {
    static final String TOKENS = "tokens";
    static final String LOGITS = "logits";
    static final String HIDDEN = "hidden";
    static final String CROSS_ENTROPY = "cross_entropy";
    static final String PENALTY = "penalty";

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
        /** Attention for all, as scores know of positions; what follows it for first tokens alone. */
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

    private final GraphParts parts;
    private final SameDiff graph;
    private final EncoderConfig config;
    private final ParameterLayout layout;
    /** Gradient variable → offset in the flat parameters of what it is the gradient of. */
    private final Map<String, Integer> gradientOffsets = new LinkedHashMap<>();

    private String tokensGradient;
    /** Null, unless attention is disentangled. */
    private DistanceParts distances;

    EncoderGraph(
            EncoderConfig config,
            ClassifierKind classifier,
            double classifierDropout,
            ParameterLayout layout,
            Use use) {
        this(config, classifier, classifierDropout, layout, use, LastLayer.of(config, classifier));
    }

    EncoderGraph(
            EncoderConfig config,
            ClassifierKind classifier,
            double classifierDropout,
            ParameterLayout layout,
            Use use,
            LastLayer lastLayer) {
        this.config = config;
        this.layout = layout;
        this.parts = new GraphParts(config, layout, use);
        this.graph = parts.graph();
        SDVariable tokens = graph.placeHolder(TOKENS, DataType.FLOAT, -1, config.embedding()); // [N, W]
        List<SDVariable> clsAttention = new ArrayList<>();
        if (config.architecture().normalization() instanceof Normalization.BeforePart) {
            PreNormLayers layers = new PreNormLayers(
                    parts, (Attention.Rotary) config.architecture().attention());
            PreNormLayers.LastRows rows = layers.rows(tokens, clsAttention);
            SDVariable hidden = rows.hidden().rename(HIDDEN); // [N, D]
            SDVariable read = lastLayer == LastLayer.ALL_TOKENS ? pooled(classifier, hidden) : rows.first(); // [B, D]
            addResults(classifier(classifier, read, classifierDropout), clsAttention, use);
            return;
        }
        SDVariable x = embeddings(tokens); // [N, D]
        int last = config.layers() - 1;
        for (int l = 0; l < last; l++) {
            x = block(l, x, clsAttention); // [N, D]
        }
        SDVariable cls = lastRows(lastLayer, classifier, x, clsAttention); // [B, D]
        addResults(classifier(classifier, cls, classifierDropout), clsAttention, use);
        if (lastLayer == LastLayer.FIRST_TOKENS) {
            // The loss does not use the other tokens of the last layer: they are computed only if a run asks for them.
            block(last, x, new ArrayList<>()).rename(HIDDEN); // [N, D]
        }
    }

    /** tokens [N, W] → [N, D]. */
    private SDVariable embeddings(SDVariable tokens) {
        SDVariable read = tokens; // [N, W]
        boolean before = config.architecture().projection() == EmbeddingProjection.BEFORE_NORM;
        int width = before ? config.hidden() : config.embedding();
        if (config.projectsEmbeddings() && before) {
            read = linear(tokens, EncoderPart.EMBEDDING_PROJECTION.weight(), width, config.embedding()); // [N, D]
        }
        Dropout dropout = new Dropout(DropoutSite.embeddings(), config.dropout().embeddings());
        SDVariable x = new EmbeddingNorm(
                        graph,
                        new NormKernels.EmbeddingNormInputs<>(
                                read,
                                variable(EncoderPart.EMBEDDING_NORM.weight(), width),
                                variable(EncoderPart.EMBEDDING_NORM.bias(), width)),
                        new NormCall(RowKind.TOKEN, dropout, config.layerNormEpsilon()))
                .normalized(); // [N, W] or [N, D]
        return config.projectsEmbeddings() && !before
                ? affine(x, EncoderPart.EMBEDDING_PROJECTION.path(), config.hidden(), config.embedding()) // [N, D]
                : x;
    }

    /** The rows of the last layer that the classifier reads: x [N, D] → [B, D]. */
    private SDVariable lastRows(LastLayer lastLayer, ClassifierKind kind, SDVariable x, List<SDVariable> cls) {
        int last = config.layers() - 1;
        return switch (lastLayer) {
            case FIRST_TOKENS -> lastBlock(last, x, cls);
            case FIRST_TOKENS_AFTER_ATTENTION -> {
                SDVariable context = attended(last, x, cls); // [N, D]
                SDVariable rows = feedForward(last, firstRows(context), firstRows(x), RowKind.FIRST_TOKEN); // [B, D]
                feedForward(last, context, x, RowKind.TOKEN).rename(HIDDEN); // [N, D]
                yield rows;
            }
            case ALL_TOKENS -> pooled(kind, block(last, x, cls).rename(HIDDEN));
        };
    }

    /** hidden [N, D] → [B, D]. */
    private SDVariable pooled(ClassifierKind kind, SDVariable hidden) {
        return switch (kind.pooling()) {
            case FIRST_TOKEN -> firstRows(hidden);
            case MEAN -> new MeanRows(graph, hidden).outputVariable();
        };
    }

    private SDVariable firstRows(SDVariable x) {
        return new FirstRows(graph, x).outputVariable();
    }

    /** Names what a run may ask for and, in learning, adds losses and gradients. */
    private void addResults(SDVariable logits, List<SDVariable> clsAttention, Use use) {
        for (int l = 0; l < config.layers(); l++) {
            clsAttention.get(l).rename(clsAttention(l)); // [N, A]
        }
        if (use == Use.LEARNING) {
            addGradients(logits, clsAttention);
        }
    }

    /** Adds the two losses, and the gradients of their sum by all parameters. */
    private void addGradients(SDVariable logits, List<SDVariable> clsAttention) {
        SDVariable crossEntropy = new CrossEntropy(graph, logits).loss().rename(CROSS_ENTROPY); // []
        SDVariable penalty = new AttentionPenalty(graph, new ClsAttention<>(clsAttention))
                .penalty()
                .rename(PENALTY); // []
        TreeSet<String> wanted = new TreeSet<>(parameters().keySet());
        wanted.add(TOKENS);
        Map<String, SDVariable> gradients = BackwardGraph.of(graph, List.of(crossEntropy, penalty), wanted);
        tokensGradient = gradients.get(TOKENS).name();
        parameters()
                .forEach((name, parameter) ->
                        gradientOffsets.put(gradients.get(name).name(), parameter.offset()));
    }

    /** Post-norm transformer block: x [N, D] → [N, D]. */
    private SDVariable block(int l, SDVariable x, List<SDVariable> cls) {
        return feedForward(l, attended(l, x, cls), x, RowKind.TOKEN); // [N, D]
    }

    /** Attention of all tokens, whose CLS attention is added to {@code cls}: x [N, D] → context [N, D]. */
    private SDVariable attended(int l, SDVariable x, List<SDVariable> cls) {
        int d = config.hidden();
        int own = config.parameterLayer(l);
        // q, k, v are neighbours in the flat parameters: one matrix covers them.
        SDVariable qkv = linear(x, EncoderPart.QUERY.weight(own), 3 * d, d); // [N, 3D]
        SDVariable bias = variable(EncoderPart.QUERY.bias(own), 3 * d); // [3D]
        Attended<SDVariable> attended = config.architecture().attention() instanceof Attention.Disentangled kind
                ? distances(kind).attended(qkv, bias, attention(l))
                : new SelfAttention(graph, new AttentionKernels.SelfAttentionInputs<>(qkv, bias), attention(l))
                        .attended();
        cls.add(attended.clsAttention()); // [N, A]
        return attended.context(); // [N, D]
    }

    private DistanceParts distances(Attention.Disentangled kind) {
        if (distances == null) {
            distances = new DistanceParts(parts, kind);
        }
        return distances;
    }

    /**
     * The last block, of which the classifier reads only the first tokens: x [N, D] → [B, D]. The weights of keys and
     * values are multiplied with the first tokens' queries and sums of hidden states, not with all tokens. The bias of
     * the keys changes nothing here, and its gradient is 0.
     */
    private SDVariable lastBlock(int l, SDVariable x, List<SDVariable> cls) {
        SDVariable first = new FirstRows(graph, x).outputVariable(); // [B, D]
        int d = config.hidden();
        int own = config.parameterLayer(l);
        SDVariable q = affine(first, EncoderPart.QUERY.path(own), d, d); // [B, D]
        SDVariable keyWeight = variable(EncoderPart.KEY.weight(own), d, d); // [D, D]
        SDVariable u = new HeadSpread(graph, new HeadKernels.HeadSpreadInputs<>(q, keyWeight), config.heads())
                .outputVariable(); // [A, B, D]
        FirstTokenAttended<SDVariable> attended =
                new FirstTokenAttention(graph, new AttentionKernels.FirstTokenInputs<>(u, x), attention(l)).attended();
        cls.add(attended.clsAttention()); // [N, A]
        SDVariable context = new HeadGather(
                        graph,
                        new HeadKernels.HeadGatherInputs<>(
                                attended.states(), // [A, B, D]
                                attended.sums(), // [A, B]
                                variable(EncoderPart.VALUE.weight(own), d, d),
                                variable(EncoderPart.VALUE.bias(own), d)))
                .outputVariable(); // [B, D]
        return feedForward(l, context, first, RowKind.FIRST_TOKEN); // [B, D]
    }

    /** What follows attention, row by row: context and x [R, D] → [R, D]. */
    private SDVariable feedForward(int l, SDVariable context, SDVariable x, RowKind rows) {
        int d = config.hidden();
        int f = config.intermediate();
        int own = config.parameterLayer(l);
        SDVariable attended = linear(context, EncoderPart.ATTENTION_OUTPUT.weight(own), d, d); // [R, D]
        SDVariable middle = norm(
                new NormKernels.ResidualNormInputs<>(
                        attended,
                        variable(EncoderPart.ATTENTION_OUTPUT.bias(own), d),
                        x,
                        variable(EncoderPart.ATTENTION_NORM.weight(own), d),
                        variable(EncoderPart.ATTENTION_NORM.bias(own), d)),
                normalization(rows, DropoutSite.ATTENTION_OUTPUT.in(l))); // [R, D]
        SDVariable wide = linear(middle, EncoderPart.INTERMEDIATE.weight(own), f, d); // [R, F]
        SDVariable activated = activated(
                wide,
                EncoderPart.INTERMEDIATE.bias(own),
                f,
                config.architecture().feedForward().activation()); // [R, F]
        SDVariable narrow = linear(activated, EncoderPart.OUTPUT.weight(own), d, f); // [R, D]
        return norm(
                new NormKernels.ResidualNormInputs<>(
                        narrow,
                        variable(EncoderPart.OUTPUT.bias(own), d),
                        middle,
                        variable(EncoderPart.OUTPUT_NORM.weight(own), d),
                        variable(EncoderPart.OUTPUT_NORM.bias(own), d)),
                normalization(rows, DropoutSite.OUTPUT.in(l))); // [R, D]
    }

    private AttentionCall attention(int l) {
        return new AttentionCall(
                l, config.heads(), new Dropout(DropoutSite.ATTENTION.in(l), config.attentionDropout()));
    }

    private NormCall normalization(RowKind rows, int site) {
        return new NormCall(rows, new Dropout(site, config.hiddenDropout()), config.layerNormEpsilon());
    }

    private SDVariable norm(NormKernels.ResidualNormInputs<SDVariable> in, NormCall norm) {
        return new ResidualNorm(graph, in, norm).normalized(); // [R, D]
    }

    /** h [R, F] without its bias → activation(h + bias) [R, F]. */
    private SDVariable activated(SDVariable h, String bias, int width, Activation activation) {
        Biased<SDVariable> biased = new Biased<>(h, variable(bias, width));
        return switch (activation) {
            case GELU -> new BiasGelu(graph, biased).activated();
            case TANH -> entryWise(biased, RowKernels.EntryFunction.TANH);
            case RELU -> entryWise(biased, RowKernels.EntryFunction.RELU);
        };
    }

    private static RowKernels.EntryFunction entryFunction(Activation activation) {
        return switch (activation) {
            case GELU -> RowKernels.EntryFunction.GELU;
            case TANH -> RowKernels.EntryFunction.TANH;
            case RELU -> RowKernels.EntryFunction.RELU;
        };
    }

    private SDVariable entryWise(Biased<SDVariable> biased, RowKernels.EntryFunction function) {
        SDVariable sum = new AddBias(graph, biased).outputVariable();
        return new ElementWise(graph, sum, function).outputVariable();
    }

    /** cls [B, D] → logits [B, C]; the kind decides the activation and the places of dropout. */
    private SDVariable classifier(ClassifierKind kind, SDVariable cls, double rate) {
        int d = config.hidden();
        int c = layout.slice(EncoderPart.CLASSIFIER.bias()).shape()[0];
        Dropout beforeProjection = new Dropout(DropoutSite.projection(config.layers()), rate);
        Dropout beforeDense = new Dropout(DropoutSite.innerDense(config.layers()), rate);
        SDVariable features = cls; // [B, D]
        if (kind.inner() instanceof ClassifierKind.Inner.Dense dense) {
            SDVariable read =
                    switch (dense.input()) {
                        case AS_IT_IS -> cls;
                        case WITH_DROPOUT -> drop(cls, beforeDense);
                    };
            SDVariable product = linear(read, EncoderPart.CLASSIFIER_DENSE.weight(), d, d); // [B, D]
            features = activated(product, EncoderPart.CLASSIFIER_DENSE.bias(), d, dense.activation()); // [B, D]
        } else if (kind.inner() instanceof ClassifierKind.Inner.DenseNorm dense) {
            SDVariable product = linear(cls, EncoderPart.CLASSIFIER_DENSE.weight(), d, d); // [B, D]
            features = new ScaleNorm(
                            graph,
                            new ScaleNormInputs<>(
                                    new ElementWise(graph, product, entryFunction(dense.activation())).outputVariable(),
                                    variable(EncoderPart.CLASSIFIER_NORM.weight(), d)),
                            new NormCall(
                                    RowKind.FIRST_TOKEN,
                                    new Dropout(DropoutSite.innerDense(config.layers()), 0),
                                    config.layerNormEpsilon()))
                    .normalized(); // [B, D]
        }
        return affine(drop(features, beforeProjection), EncoderPart.CLASSIFIER.path(), c, d)
                .rename(LOGITS); // [B, C]
    }

    /** Dropout on one row for each text: x [B, D] → [B, D]. */
    private SDVariable drop(SDVariable x, Dropout dropout) {
        return new TextDropout(graph, x, dropout).outputVariable();
    }

    private SDVariable linear(SDVariable x, String first, int out, int in) {
        return parts.linear(x, first, out, in);
    }

    private SDVariable affine(SDVariable x, String name, int out, int in) {
        return parts.affine(x, name, out, in);
    }

    private SDVariable variable(String first, int... shape) {
        return parts.variable(first, shape);
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

    /** Name of the gradient of {@link #TOKENS}; null in reading. */
    String tokensGradient() {
        return tokensGradient;
    }

    static String clsAttention(int layer) {
        return "cls_attention_" + layer;
    }
}
