package org.purespark.model;

import java.util.ArrayList;
import java.util.Arrays;
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
import org.purespark.model.ops.FirstTokenAttention;
import org.purespark.model.ops.HeadGather;
import org.purespark.model.ops.HeadSpread;
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

    /** What a graph is for. */
    enum Use {
        /** Loss and gradients, too. */
        LEARNING,
        /** Results alone, of parameters that do not change: matrices are copies, in the form that is multiplied fastest. */
        READING
    }

    private final SameDiff graph = SameDiff.create();
    private final EncoderConfig config;
    private final Parameters parameters;
    private final Use use;
    /** Graph variable → offset in the flat parameters. */
    private final Map<String, Integer> offsets = new LinkedHashMap<>();
    /** Gradient variable → offset in the flat parameters of what it is the gradient of. */
    private final Map<String, Integer> gradientOffsets = new LinkedHashMap<>();

    private String tokensGradient;

    EncoderGraph(
            EncoderConfig config, ClassifierKind classifier, double classifierDropout, Parameters parameters, Use use) {
        this.config = config;
        this.parameters = parameters;
        this.use = use;
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
                        variable("embeddings.LayerNorm.weight", config.embedding()),
                        variable("embeddings.LayerNorm.bias", config.embedding()),
                        batch,
                        embeddingDropout,
                        config.layerNormEpsilon())
                .outputVariables()[0]; // [N, W]
        if (config.embedding() != config.hidden()) {
            x = affine(x, "embeddings_project", config.hidden(), config.embedding()); // [N, D]
        }
        List<SDVariable> clsAttention = new ArrayList<>();
        for (int l = 0; l < last; l++) {
            x = block(l, x, batch, clsAttention); // [N, D]
        }
        SDVariable cls = lastBlock(last, x, batch, firsts, clsAttention); // [B, D]
        SDVariable logits = classifier(classifier, cls, firsts, classifierDropout); // [B, C]
        for (int l = 0; l <= last; l++) {
            clsAttention.get(l).rename(clsAttention(l)); // [N, A]
        }
        if (use == Use.LEARNING) {
            addGradients(logits, clsAttention);
        }
        // Nothing is learnt from the other tokens of the last layer: they are computed when they are asked for.
        graph.identity(HIDDEN, block(last, x, batch, new ArrayList<>())); // [N, D]
    }

    /** Adds the loss, and its gradients by all variables. */
    private void addGradients(SDVariable logits, List<SDVariable> clsAttention) {
        SDVariable labels = graph.placeHolder(LABELS, DataType.INT, -1); // [B]
        SDVariable weights =
                graph.placeHolder(PENALTY_WEIGHTS, DataType.FLOAT, config.layers(), config.heads()); // [L, A]
        SDVariable crossEntropy =
                new CrossEntropy(graph, logits, labels).outputVariables()[0].rename(CROSS_ENTROPY); // []
        SDVariable penalty =
                new AttentionPenalty(graph, clsAttention, weights).outputVariables()[0].rename(PENALTY); // []
        SDVariable loss = crossEntropy.add(penalty); // []
        TreeSet<String> wanted = new TreeSet<>(offsets.keySet());
        wanted.add(TOKENS);
        Map<String, SDVariable> gradients = BackwardGraph.of(graph, loss, wanted);
        tokensGradient = gradients.get(TOKENS).name();
        offsets.forEach(
                (name, offset) -> gradientOffsets.put(gradients.get(name).name(), offset));
    }

    /** Post-norm transformer block: x [N, D] → [N, D]. */
    private SDVariable block(int l, SDVariable x, BatchInputs batch, List<SDVariable> cls) {
        int d = config.hidden();
        // q, k, v lie one after the other in the flat parameters: one matrix spans them.
        SDVariable qkv = linear(x, layer(l) + QUERY_WEIGHT, 3 * d, d); // [N, 3D]
        SDVariable bias = variable(layer(l) + QUERY_BIAS, 3 * d); // [3D]
        SelfAttention attention = new SelfAttention(graph, qkv, bias, headGates(l), batch, attentionDropout(l));
        cls.add(attention.clsAttention()); // [N, A]
        return feedForward(l, attention.context(), x, batch); // [N, D]
    }

    /**
     * The last block, of which the classifier reads the first tokens alone: x [N, D] → [B, D]. Their queries and contexts go
     * through the weights of keys and values, not those of all tokens. The bias of the keys changes nothing here, and its
     * gradient is 0.
     */
    private SDVariable lastBlock(int l, SDVariable x, BatchInputs batch, BatchInputs firsts, List<SDVariable> cls) {
        SDVariable first = new ClsRows(graph, x, batch).outputVariable(); // [B, D]
        int d = config.hidden();
        SDVariable q = affine(first, layer(l) + "attention.self.query", d, d); // [B, D]
        SDVariable keyWeight = variable(layer(l) + "attention.self.key.weight", d, d); // [D, D]
        SDVariable u = new HeadSpread(graph, q, keyWeight, config.heads()).outputVariable(); // [A, B, D]
        FirstTokenAttention attention = new FirstTokenAttention(graph, u, x, headGates(l), batch, attentionDropout(l));
        cls.add(attention.clsAttention()); // [N, A]
        SDVariable context = new HeadGather(
                        graph,
                        attention.states(), // [A, B, D]
                        attention.sums(), // [A, B]
                        variable(layer(l) + "attention.self.value.weight", d, d),
                        variable(layer(l) + "attention.self.value.bias", d))
                .outputVariable(); // [B, D]
        return feedForward(l, context, first, firsts); // [B, D]
    }

    /** What follows attention, row by row: context and x [N, D] → [N, D]. */
    private SDVariable feedForward(int l, SDVariable context, SDVariable x, BatchInputs batch) {
        int d = config.hidden();
        int f = config.intermediate();
        SDVariable attended = linear(context, layer(l) + "attention.output.dense.weight", d, d); // [N, D]
        x = norm(layer(l) + "attention.output", attended, x, batch, 2 + 3 * l); // [N, D]
        SDVariable wide = linear(x, layer(l) + "intermediate.dense.weight", f, d); // [N, F]
        SDVariable activated = new BiasGelu(graph, wide, variable(layer(l) + "intermediate.dense.bias", f))
                .outputVariables()[0]; // [N, F]
        SDVariable narrow = linear(activated, layer(l) + "output.dense.weight", d, f); // [N, D]
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
                        variable(name + ".dense.bias", d),
                        residual,
                        variable(name + ".LayerNorm.weight", d),
                        variable(name + ".LayerNorm.bias", d),
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
                                    linear(drop(cls, batch, beforeDense), "classifier.dense.weight", d, d),
                                    variable("classifier.dense.bias", d))
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

    /** x [N, in] → x·Wᵀ [N, out], W [out, in] starting with parameter {@code first}. */
    private SDVariable linear(SDVariable x, String first, int out, int in) {
        return switch (use) {
            case LEARNING -> new Linear(graph, x, variable(first, out, in), Linear.Weight.OUT_IN).outputVariable();
            case READING -> new Linear(graph, x, transposed(first, out, in), Linear.Weight.IN_OUT).outputVariable();
        };
    }

    /** x [N, in] → x·Wᵀ + b [N, out]. */
    private SDVariable affine(SDVariable x, String name, int out, int in) {
        return linear(x, name + ".weight", out, in).add(variable(name + ".bias", out));
    }

    /** A trainable view of the flat parameters, of the given shape, that starts with parameter {@code first}. */
    private SDVariable variable(String first, int... shape) {
        String name = name(first, shape);
        int offset = parameters.layout().slice(first).offset();
        if (!graph.hasVariable(name)) {
            graph.var(name, parameters.view(offset, shape));
            offsets.put(name, offset);
        }
        return graph.getVariable(name);
    }

    /** The copy [in, out] of a matrix [out, in] that starts with parameter {@code first}. */
    private SDVariable transposed(String first, int out, int in) {
        String name = name(first, in, out);
        return graph.hasVariable(name)
                ? graph.getVariable(name)
                : graph.var(
                        name,
                        parameters.transposed(parameters.layout().slice(first).offset(), out, in));
    }

    private static String name(String first, int... shape) {
        return first + Arrays.toString(shape);
    }

    SameDiff graph() {
        return graph;
    }

    /** Names of the gradients of trainable variables, with the offset of each in the flat parameters; none in reading. */
    Map<String, Integer> gradientOffsets() {
        return gradientOffsets;
    }

    /** Name of the gradient of {@link #TOKENS}. */
    String tokensGradient() {
        return tokensGradient;
    }

    static String gates(int layer) {
        return "gates_" + layer;
    }

    static String clsAttention(int layer) {
        return "cls_attention_" + layer;
    }
}
