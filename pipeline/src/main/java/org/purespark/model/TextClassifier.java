package org.purespark.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.purespark.checkpoint.ClassifierKind;
import org.purespark.checkpoint.EncoderConfig;
import org.purespark.checkpoint.Tensor;
import org.purespark.checkpoint.TensorLayout;
import org.purespark.heads.Head;
import org.purespark.model.ops.Floats;
import org.purespark.model.ops.GraphSession;
import org.purespark.model.ops.OpListener;
import org.purespark.model.ops.VectorUnit;
import org.purespark.model.ops.Workers;
import org.purespark.random.DropoutMask;

/**
 * A transformer encoder with its classifier, held by one device. One thread at a time; several may work side by side on
 * the same {@link Parameters}, each with a graph and activations of its own.
 */
public final class TextClassifier implements AutoCloseable {
    /** What a forward pass hands back. */
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
    private final Workers workers;
    private final GraphSession session;
    private final GraphSession.Wanted learning;

    /**
     * A classifier with parameters of its own, which it closes.
     *
     * @param classifierDropout rate before the last projection, in training only
     * @param tensors by canonical name, see {@link ParameterLayout}
     * @param classes C
     * @param threads that compute, the calling one among them
     * @throws IllegalArgumentException where a tensor is missing or misshapen, or the head size is not a multiple of 4
     */
    public TextClassifier(
            EncoderConfig config,
            ClassifierKind kind,
            double classifierDropout,
            int classes,
            SortedMap<String, Tensor> tensors,
            int threads) {
        this(
                config,
                kind,
                classifierDropout,
                Parameters.of(new ParameterLayout(checked(config), kind, classes), tensors),
                Ownership.OWN,
                threads);
    }

    /**
     * A classifier on parameters that others may use too: it only reads them, and leaves them open. It has no loss and no
     * gradients.
     *
     * @param parameters of this configuration and kind, which do not change any more; to be closed after this
     * @param threads that compute, the calling one among them
     * @throws IllegalArgumentException where the head size is not a multiple of 4
     */
    public TextClassifier(EncoderConfig config, ClassifierKind kind, Parameters parameters, int threads) {
        this(checked(config), kind, 0, parameters, Ownership.SHARED, threads);
    }

    private TextClassifier(
            EncoderConfig config,
            ClassifierKind kind,
            double classifierDropout,
            Parameters parameters,
            Ownership ownership,
            int threads) {
        VectorUnit.require();
        this.config = config;
        this.classes = parameters.layout().slice(TensorLayout.CLASSIFIER_BIAS).length();
        this.ownership = ownership;
        this.parameters = parameters;
        this.workers = new Workers(threads);
        this.embeddings = new EmbeddingTable(config, parameters);
        EncoderGraph.Use use = ownership == Ownership.OWN ? EncoderGraph.Use.LEARNING : EncoderGraph.Use.READING;
        this.encoder = new EncoderGraph(config, kind, classifierDropout, parameters, use);
        this.session = new GraphSession(encoder.graph(), workers);
        List<String> gradients = new ArrayList<>(encoder.gradientOffsets().keySet());
        gradients.add(encoder.tokensGradient());
        this.learning = new GraphSession.Wanted(List.of(EncoderGraph.CROSS_ENTROPY, EncoderGraph.PENALTY), gradients);
    }

    private static EncoderConfig checked(EncoderConfig config) {
        if (config.hidden() / config.heads() % 4 != 0) {
            throw new IllegalArgumentException(
                    "head size " + config.hidden() / config.heads() + " is not a multiple of 4");
        }
        return config;
    }

    /** The result of a forward pass. */
    public static final class Forward {
        private final float[][] logits;
        private final float[][] clsAttention;
        private final PackedBatch batch;
        private final int heads;

        Forward(float[][] logits, float[][] clsAttention, PackedBatch batch, int heads) {
            this.logits = logits;
            this.clsAttention = clsAttention;
            this.batch = batch;
            this.heads = heads;
        }

        /** [B][C]. */
        public float[][] logits() {
            return logits;
        }

        /** CLS attention of head (layer, head) on a text: T values that add up to 1; zeros for a pruned head. */
        public float[] clsAttention(int layer, int head, int text) {
            float[] row = new float[batch.length(text)];
            for (int t = 0; t < row.length; t++) {
                row[t] = clsAttention[layer][(batch.starts()[text] + t) * heads + head];
            }
            return row;
        }
    }

    /** Class scores, without dropout. */
    public Forward forward(PackedBatch batch, Set<Head> pruned, Outputs outputs) {
        List<String> wanted = new ArrayList<>();
        wanted.add(EncoderGraph.LOGITS);
        if (outputs == Outputs.LOGITS_AND_ATTENTION) {
            for (int l = 0; l < config.layers(); l++) {
                wanted.add(EncoderGraph.clsAttention(l));
            }
        }
        Map<String, INDArray> values = session.run(wanted, inputs(batch, pruned, new long[batch.texts()]));
        float[][] attention = new float[outputs == Outputs.LOGITS_AND_ATTENTION ? config.layers() : 0][];
        for (int l = 0; l < attention.length; l++) {
            attention[l] = Floats.of(values.get(EncoderGraph.clsAttention(l))).toArray();
        }
        float[][] logits = rows(values.get(EncoderGraph.LOGITS), classes);
        session.release(values);
        return new Forward(logits, attention, batch, config.heads());
    }

    /** Last hidden states of the real tokens [N][D], without dropout. */
    public float[][] hiddenStates(PackedBatch batch, Set<Head> pruned) {
        Map<String, INDArray> values =
                session.run(List.of(EncoderGraph.HIDDEN), inputs(batch, pruned, new long[batch.texts()]));
        float[][] rows = rows(values.get(EncoderGraph.HIDDEN), config.hidden());
        session.release(values);
        return rows;
    }

    /**
     * A micro-batch to learn from.
     *
     * @param batch the texts
     * @param labels [B] class of each, 0 to C - 1
     * @param keys [B] dropout keys, or {@link DropoutMask#KEEP_ALL}
     */
    public record Example(PackedBatch batch, int[] labels, long[] keys) {}

    /**
     * The loss of one micro-batch.
     *
     * @param crossEntropy mean over the texts
     * @param penalty λ Σ c[l] Σ_h sqrt(Σ A²)
     */
    public record Loss(double crossEntropy, double penalty) {
        public double total() {
            return crossEntropy + penalty;
        }
    }

    /**
     * Adds the gradients of cross-entropy + penalty of one micro-batch to {@code sum}.
     *
     * @param penaltyWeights [L] λ·c[l]
     * @throws IllegalStateException where the parameters are not this classifier's own
     */
    public Loss addGradients(Example example, Set<Head> pruned, double[] penaltyWeights, GradientSum sum) {
        if (ownership != Ownership.OWN) {
            throw new IllegalStateException("a classifier on parameters that it shares does not learn");
        }
        Map<String, INDArray> inputs = inputs(example.batch(), pruned, example.keys());
        inputs.put(EncoderGraph.LABELS, Nd4j.createFromArray(example.labels()));
        inputs.put(EncoderGraph.PENALTY_WEIGHTS, penaltyWeights(penaltyWeights, pruned));
        Map<String, INDArray> values = session.run(learning, inputs, (variable, gradient) -> {
            if (variable.equals(encoder.tokensGradient())) {
                embeddings.addGradient(example.batch(), Floats.of(gradient), sum);
            } else {
                sum.addDense(
                        encoder.gradientOffsets().get(variable), Floats.of(gradient), (int) gradient.length(), workers);
            }
        });
        Loss loss = new Loss(
                Floats.of(values.get(EncoderGraph.CROSS_ENTROPY)).get(0),
                Floats.of(values.get(EncoderGraph.PENALTY)).get(0));
        session.release(values);
        return loss;
    }

    private Map<String, INDArray> inputs(PackedBatch batch, Set<Head> pruned, long[] keys) {
        Map<String, INDArray> inputs = new HashMap<>();
        INDArray tokens = Nd4j.createUninitialized(DataType.FLOAT, batch.tokens(), config.embedding());
        embeddings.lookUp(batch, Floats.of(tokens), workers);
        inputs.put(EncoderGraph.TOKENS, tokens);
        inputs.put(EncoderGraph.STARTS, Nd4j.createFromArray(batch.starts()));
        inputs.put(EncoderGraph.KEYS, Nd4j.createFromArray(keys));
        inputs.put(
                EncoderGraph.FIRSTS,
                Nd4j.createFromArray(IntStream.rangeClosed(0, batch.texts()).toArray()));
        for (int l = 0; l < config.layers(); l++) {
            float[] gates = new float[config.heads()];
            for (int h = 0; h < gates.length; h++) {
                gates[h] = pruned.contains(new Head(l, h)) ? 0f : 1f;
            }
            inputs.put(EncoderGraph.gates(l), Nd4j.createFromArray(gates));
        }
        return inputs;
    }

    private INDArray penaltyWeights(double[] weights, Set<Head> pruned) {
        float[][] perHead = new float[config.layers()][config.heads()];
        for (int l = 0; l < config.layers(); l++) {
            for (int h = 0; h < config.heads(); h++) {
                perHead[l][h] = pruned.contains(new Head(l, h)) ? 0f : (float) weights[l];
            }
        }
        return Nd4j.createFromArray(perHead);
    }

    private static float[][] rows(INDArray array, int width) {
        float[] all = Floats.of(array).toArray();
        float[][] rows = new float[all.length / width][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = java.util.Arrays.copyOfRange(all, i * width, (i + 1) * width);
        }
        return rows;
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

    /** Tells {@code listener} from now on how long each operation takes. */
    public void tell(OpListener listener) {
        session.tell(listener);
    }

    /** Bytes of off-heap memory held for activations and gradients. */
    public long activationBytes() {
        return session.heldBytes();
    }

    /** The threads that row-wise work on this model's parameters may use. */
    public Workers workers() {
        return workers;
    }

    @Override
    public void close() {
        session.close();
        workers.close();
        if (ownership == Ownership.OWN) {
            parameters.close();
        }
    }
}
