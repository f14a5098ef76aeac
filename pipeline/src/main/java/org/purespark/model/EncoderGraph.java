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
import org.purespark.model.ops.ResidualNorm;
import org.purespark.model.ops.SelfAttention;
import org.purespark.model.ops.TextDropout;

/**
 * The transformer encoder with its classifier, loss and gradients as one SameDiff graph. Texts are packed: N is the
 * number of real tokens in the batch, B of texts; D hidden, W embedding width (D, but for ELECTRA), F intermediate,
 * A heads, L layers, C classes.
 *
 * <p>Inputs: {@code tokens} [N, W] sums of word, position and type embeddings (looked up outside: ND4J's gather has a
 * wrong gradient), {@code starts} [B + 1], {@code keys} [B], {@code gates} [L, A] (0: head pruned), {@code labels} [B],
 * {@code penalty} [L, A] (λ·c[l] for remaining heads, else 0). Embedding lookup and its gradient are
 * {@link EmbeddingTable}'s.
 */
final class EncoderGraph {
    static final String TOKENS = "tokens";
    static final String STARTS = "starts";
    static final String KEYS = "keys";
    static final String LABELS = "labels";
    static final String PENALTY_WEIGHTS = "penalty_weights";
    static final String LOGITS = "logits";
    static final String HIDDEN = "hidden";
    static final String CROSS_ENTROPY = "cross_entropy";
    static final String PENALTY = "penalty";

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
        int a = config.heads();
        SDVariable tokens = graph.placeHolder(TOKENS, DataType.FLOAT, -1, config.embedding()); // [N, W]
        BatchInputs batch = new BatchInputs(
                graph.placeHolder(STARTS, DataType.INT, -1), graph.placeHolder(KEYS, DataType.LONG, -1));
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
        for (int l = 0; l < config.layers(); l++) {
            SDVariable gates = graph.placeHolder(gates(l), DataType.FLOAT, a); // [A]
            x = block(l, x, gates, batch, clsAttention); // [N, D]
        }
        graph.identity(HIDDEN, x);
        SDVariable logits = classifier(classifier, x, batch, classifierDropout); // [B, C]
        SDVariable labels = graph.placeHolder(LABELS, DataType.INT, -1); // [B]
        SDVariable weights = graph.placeHolder(PENALTY_WEIGHTS, DataType.FLOAT, config.layers(), a); // [L, A]
        SDVariable crossEntropy =
                new CrossEntropy(graph, logits, labels).outputVariables()[0].rename(CROSS_ENTROPY); // []
        SDVariable penalty =
                new AttentionPenalty(graph, clsAttention, weights).outputVariables()[0].rename(PENALTY); // []
        SDVariable loss = crossEntropy.add(penalty); // []
        TreeSet<String> wanted = new TreeSet<>(offsets.keySet());
        wanted.add(TOKENS);
        BackwardGraph.of(graph, loss, wanted).forEach((name, gradient) -> gradients.put(name, gradient.name()));
    }

    /** Post-norm transformer block: x [N, D] → [N, D]. */
    private SDVariable block(int l, SDVariable x, SDVariable gates, BatchInputs batch, List<SDVariable> clsAttention) {
        String layer = "encoder.layer." + l + ".";
        int d = config.hidden();
        int f = config.intermediate();
        // q, k, v lie one after the other in the flat parameters: one matrix spans them.
        SDVariable qkv = linear(x, variable(layer + "attention.self.query.weight", 3 * d, d)); // [N, 3D]
        SelfAttention attention = new SelfAttention(
                graph,
                qkv,
                variable(layer + "attention.self.query.bias", 3 * d),
                gates,
                batch,
                new Dropout(1 + 3 * l, config.attentionDropout()));
        clsAttention.add(attention.clsAttention().rename(clsAttention(l))); // [N, A]
        SDVariable context = attention.context(); // [N, D]
        SDVariable attended = linear(context, parameter(layer + "attention.output.dense.weight", d, d)); // [N, D]
        x = norm(layer + "attention.output", attended, x, batch, 2 + 3 * l); // [N, D]
        SDVariable wide = linear(x, parameter(layer + "intermediate.dense.weight", f, d)); // [N, F]
        SDVariable activated = new BiasGelu(graph, wide, parameter(layer + "intermediate.dense.bias", f))
                .outputVariables()[0]; // [N, F]
        SDVariable narrow = linear(activated, parameter(layer + "output.dense.weight", d, f)); // [N, D]
        return norm(layer + "output", narrow, x, batch, 3 + 3 * l); // [N, D]
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

    /** x [N, D] → logits [B, C]; which activation, and what dropout comes where, is the family's. */
    private SDVariable classifier(ClassifierKind kind, SDVariable x, BatchInputs batch, double rate) {
        int d = config.hidden();
        int c = parameters.layout().slice("classifier.bias").shape()[0];
        Dropout beforeProjection = new Dropout(1 + 3 * config.layers(), rate);
        Dropout beforeDense = new Dropout(2 + 3 * config.layers(), rate);
        SDVariable cls = new ClsRows(graph, x, batch).outputVariable(); // [B, D]
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
        return graph.mmul(x, weight, false, true, false);
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
        int offset = parameters.layout().slice(first).offset();
        offsets.put(first, offset);
        return graph.var(first, parameters.view(offset, shape));
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
