package org.purespark.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.array.SingleThreadArrayHolder;
import org.nd4j.linalg.api.buffer.DataType;
import org.purespark.checkpoint.ClassifierKind;
import org.purespark.checkpoint.EncoderConfig;
import org.purespark.model.ops.AttentionPenalty;
import org.purespark.model.ops.BatchInputs;
import org.purespark.model.ops.BiasGelu;
import org.purespark.model.ops.ClsRows;
import org.purespark.model.ops.CrossEntropy;
import org.purespark.model.ops.Dropout;
import org.purespark.model.ops.EmbeddingNorm;
import org.purespark.model.ops.Linear;
import org.purespark.model.ops.ResidualNorm;
import org.purespark.model.ops.SelfAttention;
import org.purespark.model.ops.TextDropout;

/**
 * The transformer encoder with its classifier, loss and gradients as one SameDiff graph. Texts are packed: N is the
 * number of real tokens in the batch, B of texts; D hidden, W embedding width (D, but for ELECTRA), F intermediate,
 * A heads, L layers, C classes.
 *
 * <p>Inputs: {@code tokens} [N, W] sums of word, position and type embeddings (looked up outside: ND4J's gather has a
 * wrong gradient), {@code starts} [B + 1], {@code keys} [B], {@code firsts} [B + 1] (0 to B), {@code gates} [L, A] (0: head pruned), {@code labels} [B],
 * {@code penalty} [L, A] (λ·c[l] for remaining heads, else 0). Embedding lookup and its gradient are
 * {@link EmbeddingTable}'s.
 */
final class EncoderGraph {
    static final String TOKENS = "tokens";
    static final String STARTS = "starts";
    static final String KEYS = "keys";
    static final String FIRSTS = "firsts";
    static final String LABELS = "labels";
    static final String PENALTY_WEIGHTS = "penalty_weights";
    static final String LOGITS = "logits";
    static final String HIDDEN = "hidden";
    static final String CROSS_ENTROPY = "cross_entropy";
    static final String PENALTY = "penalty";

    private static final String QUERY_WEIGHT = "attention.self.query.weight";
    private static final String QUERY_BIAS = "attention.self.query.bias";

    private final SameDiff graph = SameDiff.create();
    private final EncoderConfig config;
    private final Parameters parameters;
    /** Graph variable → offset in the flat parameters. */
    private final Map<String, Integer> offsets = new LinkedHashMap<>();

    private final Map<String, String> gradients = new LinkedHashMap<>();

    EncoderGraph(EncoderConfig config, ClassifierKind classifier, double classifierDropout, Parameters parameters) {
        this.config = config;
        this.parameters = parameters;
        // The default holders copy arrays that are views; the variables have to be the flat parameters themselves.
        graph.setArrayHolders(new SingleThreadArrayHolder(), new SingleThreadArrayHolder(), false);
        int last = config.layers() - 1;
        SDVariable tokens = graph.placeHolder(TOKENS, DataType.FLOAT, -1, config.embedding()); // [N, W]
        SDVariable keys = graph.placeHolder(KEYS, DataType.LONG, -1); // [B]
        BatchInputs batch = new BatchInputs(graph.placeHolder(STARTS, DataType.INT, -1), keys);
        BatchInputs firsts = new BatchInputs(graph.placeHolder(FIRSTS, DataType.INT, -1), keys);
        Dropout embeddingDropout = new Dropout(0, config.hiddenDropout());
        SDVariable x = new EmbeddingNorm(
                        graph,
                        tokens,
                        parameter("embeddings.LayerNorm.weight", config.embedding()),
                        parameter("embeddings.LayerNorm.bias", config.embedding()),
                        batch,
                        embeddingDropout,
                        config.layerNormEpsilon())
                .outputVariables()[0]; // [N, W]
        if (config.embedding() != config.hidden()) {
            x = affine(x, "embeddings_project", config.hidden(), config.embedding()); // [N, D]
        }
        List<SDVariable> clsAttention = new ArrayList<>();
        for (int l = 0; l < last; l++) {
            x = block(l, x, batch, allProjections(l), clsAttention); // [N, D]
        }
        SDVariable cls = lastBlock(last, x, batch, firsts, clsAttention); // [B, D]
        SDVariable logits = classifier(classifier, cls, firsts, classifierDropout); // [B, C]
        SDVariable labels = graph.placeHolder(LABELS, DataType.INT, -1); // [B]
        for (int l = 0; l <= last; l++) {
            clsAttention.get(l).rename(clsAttention(l)); // [N, A]
        }
        SDVariable weights =
                graph.placeHolder(PENALTY_WEIGHTS, DataType.FLOAT, config.layers(), config.heads()); // [L, A]
        SDVariable crossEntropy =
                new CrossEntropy(graph, logits, labels).outputVariables()[0].rename(CROSS_ENTROPY); // []
        SDVariable penalty =
                new AttentionPenalty(graph, clsAttention, weights).outputVariables()[0].rename(PENALTY); // []
        SDVariable loss = crossEntropy.add(penalty); // []
        TreeSet<String> wanted = new TreeSet<>(offsets.keySet());
        wanted.add(TOKENS);
        BackwardGraph.of(graph, loss, wanted).forEach((name, gradient) -> gradients.put(name, gradient.name()));
        // Nothing is learnt from the other tokens of the last layer: they are computed when they are asked for.
        Matrix qkv = new Matrix(
                view(layer(last) + "qkv.weight", layer(last) + QUERY_WEIGHT, 3 * config.hidden(), config.hidden()),
                view(layer(last) + "qkv.bias", layer(last) + QUERY_BIAS, 3 * config.hidden()));
        graph.identity(HIDDEN, block(last, x, batch, qkv, new ArrayList<>())); // [N, D]
    }

    /** A weight [out, in] and its bias [out]. */
    private record Matrix(SDVariable weight, SDVariable bias) {}

    /** q, k, v lie one after the other in the flat parameters: one matrix spans them. */
    private Matrix allProjections(int l) {
        int d = config.hidden();
        return new Matrix(
                variable(layer(l) + QUERY_WEIGHT, 3 * d, d), // [3D, D]
                variable(layer(l) + QUERY_BIAS, 3 * d)); // [3D]
    }

    /** Post-norm transformer block: x [N, D] → [N, D]. */
    private SDVariable block(int l, SDVariable x, BatchInputs batch, Matrix projections, List<SDVariable> cls) {
        SDVariable qkv = linear(x, projections.weight()); // [N, 3D]
        SelfAttention attention =
                SelfAttention.ofAllTokens(graph, qkv, projections.bias(), headGates(l), batch, attentionDropout(l));
        cls.add(attention.clsAttention()); // [N, A]
        return feedForward(l, attention.context(), x, batch); // [N, D]
    }

    /** The last block, of which the classifier reads the first tokens alone: x [N, D] → [B, D]. */
    private SDVariable lastBlock(int l, SDVariable x, BatchInputs batch, BatchInputs firsts, List<SDVariable> cls) {
        int d = config.hidden();
        SDVariable first = new ClsRows(graph, x, batch).outputVariable(); // [B, D]
        SDVariable q = linear(first, parameter(layer(l) + QUERY_WEIGHT, d, d)); // [B, D]
        SDVariable kv = linear(x, variable(layer(l) + "attention.self.key.weight", 2 * d, d)); // [N, 2D]
        SelfAttention attention = SelfAttention.ofFirstTokens(
                graph,
                q,
                parameter(layer(l) + QUERY_BIAS, d),
                kv,
                variable(layer(l) + "attention.self.key.bias", 2 * d),
                headGates(l),
                batch,
                attentionDropout(l));
        cls.add(attention.clsAttention()); // [N, A]
        return feedForward(l, attention.context(), first, firsts); // [B, D]
    }

    /** What follows attention, row by row: context and x [N, D] → [N, D]. */
    private SDVariable feedForward(int l, SDVariable context, SDVariable x, BatchInputs batch) {
        int d = config.hidden();
        int f = config.intermediate();
        SDVariable attended = linear(context, parameter(layer(l) + "attention.output.dense.weight", d, d)); // [N, D]
        x = norm(layer(l) + "attention.output", attended, x, batch, 2 + 3 * l); // [N, D]
        SDVariable wide = linear(x, parameter(layer(l) + "intermediate.dense.weight", f, d)); // [N, F]
        SDVariable activated = new BiasGelu(graph, wide, parameter(layer(l) + "intermediate.dense.bias", f))
                .outputVariables()[0]; // [N, F]
        SDVariable narrow = linear(activated, parameter(layer(l) + "output.dense.weight", d, f)); // [N, D]
        return norm(layer(l) + "output", narrow, x, batch, 3 + 3 * l); // [N, D]
    }

    /** Gates of a layer's heads [A]. */
    private SDVariable headGates(int l) {
        return graph.hasVariable(gates(l))
                ? graph.getVariable(gates(l))
                : graph.placeHolder(gates(l), DataType.FLOAT, config.heads());
    }

    private Dropout attentionDropout(int l) {
        return new Dropout(1 + 3 * l, config.attentionDropout());
    }

    private static String layer(int l) {
        return "encoder.layer." + l + ".";
    }

    private SDVariable norm(String name, SDVariable h, SDVariable residual, BatchInputs batch, int site) {
        int d = config.hidden();
        return new ResidualNorm(
                        graph,
                        h,
                        parameter(name + ".dense.bias", d),
                        residual,
                        parameter(name + ".LayerNorm.weight", d),
                        parameter(name + ".LayerNorm.bias", d),
                        batch,
                        new Dropout(site, config.hiddenDropout()),
                        config.layerNormEpsilon())
                .outputVariables()[0]; // [N, D]
    }

    /** cls [B, D] → logits [B, C]; which activation, and what dropout comes where, is the family's. */
    private SDVariable classifier(ClassifierKind kind, SDVariable cls, BatchInputs batch, double rate) {
        int d = config.hidden();
        int c = parameters.layout().slice("classifier.bias").shape()[0];
        Dropout beforeProjection = new Dropout(1 + 3 * config.layers(), rate);
        Dropout beforeDense = new Dropout(2 + 3 * config.layers(), rate);
        SDVariable features =
                switch (kind) {
                    case LINEAR -> cls; // [B, D]
                    case BERT_POOLER -> graph.math().tanh(inner(cls)); // [B, D]
                    case ROBERTA_DENSE -> graph.math().tanh(inner(drop(cls, batch, beforeDense))); // [B, D]
                    case DISTILBERT_DENSE -> graph.nn().relu(inner(cls), 0); // [B, D]
                    case ELECTRA_DENSE -> new BiasGelu(
                                    graph,
                                    linear(drop(cls, batch, beforeDense), parameter("classifier.dense.weight", d, d)),
                                    parameter("classifier.dense.bias", d))
                            .outputVariables()[0]; // [B, D]
                };
        return affine(drop(features, batch, beforeProjection), "classifier", c, d)
                .rename(LOGITS); // [B, C]
    }

    /** Dropout on one row a text: x [B, D] → [B, D]. */
    private SDVariable drop(SDVariable x, BatchInputs batch, Dropout dropout) {
        return new TextDropout(graph, x, batch, dropout).outputVariable();
    }

    private SDVariable inner(SDVariable cls) {
        return affine(cls, "classifier.dense", config.hidden(), config.hidden()); // [B, D]
    }

    /** x [N, in] → x·Wᵀ [N, out]. */
    private SDVariable linear(SDVariable x, SDVariable weight) {
        return new Linear(graph, x, weight).outputVariable();
    }

    /** x [N, in] → x·Wᵀ + b [N, out]. */
    private SDVariable affine(SDVariable x, String name, int out, int in) {
        return linear(x, parameter(name + ".weight", out, in)).add(parameter(name + ".bias", out));
    }

    private SDVariable parameter(String name, int... shape) {
        return variable(name, shape);
    }

    /** A trainable view of the flat parameters that starts where tensor {@code first} does. */
    private SDVariable variable(String first, int... shape) {
        offsets.put(first, parameters.layout().slice(first).offset());
        return view(first, first, shape);
    }

    private SDVariable view(String name, String first, int... shape) {
        return graph.hasVariable(name)
                ? graph.getVariable(name)
                : graph.var(
                        name, parameters.view(parameters.layout().slice(first).offset(), shape));
    }

    SameDiff graph() {
        return graph;
    }

    /** Names of the trainable variables, with the offset of each in the flat parameters. */
    Map<String, Integer> offsets() {
        return offsets;
    }

    /** Name of the gradient of a trainable variable or of {@link #TOKENS}. */
    String gradient(String variable) {
        return gradients.get(variable);
    }

    static String gates(int layer) {
        return "gates_" + layer;
    }

    static String clsAttention(int layer) {
        return "cls_attention_" + layer;
    }
}
