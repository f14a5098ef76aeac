package org.purespark.model.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.purespark.model.ops.Projections.Asking;
import org.purespark.random.DropoutMask;

/**
 * Multi-head self-attention over packed texts (Vaswani et al. 2017, formula 1), each text attending to itself alone:
 * context = gate · dropout(softmax(q·kᵀ/√E))·v, head by head. Where a model's answer is read from the first token alone,
 * the last layer's other tokens need no query: {@link #ofFirstTokens}.
 *
 * <p>Inputs: projections without their bias, then gates [A] (0: the head is pruned), starts [B + 1], keys [B]. Outputs
 * context [N, D], or [B, D] of the first tokens; CLS attention after dropout [N, A] (row of token k of text b: what b's
 * first token gives to k; 0 for pruned heads); and for the backward pass the softmax, [A·ΣT²] or [A·N], head by head in
 * each text.
 */
public final class SelfAttention extends GraphOp {
    private final Asking asking;
    private final Dropout dropout;

    private SelfAttention(
            SameDiff graph,
            Asking asking,
            SDVariable[] projections,
            SDVariable gates,
            BatchInputs batch,
            Dropout drop) {
        super(
                3,
                graph,
                Stream.concat(Arrays.stream(projections), Stream.of(gates, batch.starts(), batch.keys()))
                        .toArray(SDVariable[]::new));
        this.asking = asking;
        this.dropout = drop;
    }

    /**
     * All tokens ask.
     *
     * @param qkv [N, 3D]: q, k, v side by side, without bias
     * @param bias [3D]
     */
    public static SelfAttention ofAllTokens(
            SameDiff graph, SDVariable qkv, SDVariable bias, SDVariable gates, BatchInputs batch, Dropout dropout) {
        return new SelfAttention(graph, Asking.ALL_TOKENS, new SDVariable[] {qkv, bias}, gates, batch, dropout);
    }

    /**
     * The first token of each text asks.
     *
     * @param q [B, D] without bias
     * @param qBias [D]
     * @param kv [N, 2D]: k, v side by side, without bias
     * @param kvBias [2D]
     */
    public static SelfAttention ofFirstTokens(
            SameDiff graph,
            SDVariable q,
            SDVariable qBias,
            SDVariable kv,
            SDVariable kvBias,
            SDVariable gates,
            BatchInputs batch,
            Dropout dropout) {
        return new SelfAttention(
                graph, Asking.FIRST_TOKEN, new SDVariable[] {q, qBias, kv, kvBias}, gates, batch, dropout);
    }

    public SDVariable context() {
        return outputVariables()[0];
    }

    public SDVariable clsAttention() {
        return outputVariables()[1];
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        int next = Projections.arrays(asking);
        long tokens = inputs.get(next - 2).size(0);
        long hidden = inputs.get(next - 1).length() / (asking == Asking.ALL_TOKENS ? 3 : 2);
        long heads = inputs.get(next).length();
        Texts texts = Texts.of(inputs.get(next + 1), inputs.get(next + 2));
        boolean all = asking == Asking.ALL_TOKENS;
        return new long[][] {
            {all ? tokens : texts.count(), hidden}, {tokens, heads}, {heads * (all ? texts.squares() : tokens)}
        };
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        int next = Projections.arrays(asking);
        Projections projections = Projections.of(asking, inputs);
        float[] gates = Floats.of(inputs.get(next)).toArray();
        Texts texts = Texts.of(inputs.get(next + 1), inputs.get(next + 2));
        Floats context = Floats.of(outputs.get(0));
        Floats cls = Floats.ofNullable(outputs.get(1));
        Floats softmax = Floats.ofNullable(outputs.get(2));
        int heads = gates.length;
        int hidden = projections.hidden();
        int headSize = hidden / heads;
        workers.run(texts.count() * heads, (piece, scratch) -> {
            int b = piece / heads;
            int head = piece % heads;
            int column = head * headSize;
            int tokens = texts.length(b);
            int queries = projections.queriesOf(tokens);
            HeadBlock.Place place = new HeadBlock.Place(projections.firstQueryRow(texts, b), hidden, column);
            if (gates[head] == 0) {
                HeadBlock.clear(scratch, context, place, queries, headSize);
                if (cls != null) {
                    for (int t = 0; t < tokens; t++) {
                        cls.put((long) (texts.start(b) + t) * heads + head, 0f);
                    }
                }
                return;
            }
            HeadBlock block = new HeadBlock(scratch, queries, tokens, headSize);
            load(block, projections, texts, b, column);
            block.attend();
            if (softmax != null) {
                block.saveTo(softmax, projections.softmaxStart(texts, b, heads) + (long) head * queries * tokens);
            }
            block.drop(dropout.maskOf(texts, b), head);
            block.writeContext(gates[head], context, place);
            if (cls != null) {
                for (int t = 0; t < tokens; t++) {
                    cls.put((long) (texts.start(b) + t) * heads + head, block.clsAttention(t));
                }
            }
        });
    }

    private static void load(HeadBlock block, Projections from, Texts texts, int text, int column) {
        block.loadQuery(from.queries().rows(), from.queries().bias(), from.query(texts, text, column));
        block.loadKey(from.keys().rows(), from.keys().bias(), from.key(texts, text, column));
        block.loadValue(from.keys().rows(), from.keys().bias(), from.value(texts, text, column));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        List<SDVariable> inputs = new ArrayList<>(Arrays.asList(args()));
        inputs.addAll(List.of(gradients.get(0), gradients.get(1), outputVariables()[2]));
        return List.of(new Gradient(sameDiff, asking, dropout, inputs.toArray(SDVariable[]::new)).outputVariables());
    }

    /**
     * Inputs: those of the attention, then dcontext, dcls [N, A], softmax; outputs the gradients of the projections and
     * their biases.
     */
    private static final class Gradient extends GraphOp {
        private final Asking asking;
        private final Dropout dropout;

        Gradient(SameDiff graph, Asking asking, Dropout dropout, SDVariable... inputs) {
            super(Projections.arrays(asking), graph, inputs);
            this.asking = asking;
            this.dropout = dropout;
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            long[][] shapes = new long[Projections.arrays(asking)][];
            Arrays.setAll(shapes, i -> inputs.get(i).shape());
            return shapes;
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            int next = Projections.arrays(asking);
            Projections projections = Projections.of(asking, inputs);
            float[] gates = Floats.of(inputs.get(next)).toArray();
            Texts texts = Texts.of(inputs.get(next + 1), inputs.get(next + 2));
            Floats contextGradient = Floats.of(inputs.get(next + 3));
            Floats clsGradient = Floats.of(inputs.get(next + 4));
            Floats softmax = Floats.of(inputs.get(next + 5));
            int heads = gates.length;
            int hidden = projections.hidden();
            int headSize = hidden / heads;
            Projections[] gradients = new Projections[texts.count()];
            Arrays.setAll(gradients, b -> gradientsOfText(projections, outputs));
            workers.run(texts.count() * heads, (piece, scratch) -> {
                int b = piece / heads;
                int head = piece % heads;
                int column = head * headSize;
                int tokens = texts.length(b);
                int queries = projections.queriesOf(tokens);
                Projections to = gradients[b];
                if (gates[head] == 0) {
                    HeadBlock.clear(scratch, to.queries().rows(), to.query(texts, b, column), queries, headSize);
                    HeadBlock.clear(scratch, to.keys().rows(), to.key(texts, b, column), tokens, headSize);
                    HeadBlock.clear(scratch, to.keys().rows(), to.value(texts, b, column), tokens, headSize);
                    return;
                }
                HeadBlock block = new HeadBlock(scratch, queries, tokens, headSize);
                load(block, projections, texts, b, column);
                block.restoreFrom(softmax, projections.softmaxStart(texts, b, heads) + (long) head * queries * tokens);
                DropoutMask mask = dropout.maskOf(texts, b);
                block.drop(mask, head);
                float[] context = block.readContextGradient(
                        contextGradient,
                        new HeadBlock.Place(projections.firstQueryRow(texts, b), hidden, column),
                        gates[head]);
                float[] cls = scratch.floats(15, tokens);
                for (int t = 0; t < tokens; t++) {
                    cls[t] = clsGradient.get((long) (texts.start(b) + t) * heads + head);
                }
                HeadBlock.Gradients parts = block.backward(context, cls, mask, head);
                parts.writeQuery(to.queries().rows(), to.queries().bias(), to.query(texts, b, column));
                parts.writeKey(to.keys().rows(), to.keys().bias(), to.key(texts, b, column));
                parts.writeValue(to.keys().rows(), to.keys().bias(), to.value(texts, b, column));
            });
            putBiases(gradients, outputs);
        }

        /** The outputs, with sums of bias gradients of one text. */
        private Projections gradientsOfText(Projections like, List<INDArray> outputs) {
            Projections.Part queries = new Projections.Part(
                    Floats.of(outputs.get(0)), new float[like.queries().stride()]);
            return Projections.of(
                    asking,
                    queries,
                    asking == Asking.ALL_TOKENS
                            ? queries
                            : new Projections.Part(
                                    Floats.of(outputs.get(2)),
                                    new float[like.keys().stride()]));
        }

        private void putBiases(Projections[] ofTexts, List<INDArray> outputs) {
            for (int i = 1; i < outputs.size(); i += 2) {
                int output = i;
                float[][] biases = Arrays.stream(ofTexts)
                        .map(of -> output == 1 ? of.queries().bias() : of.keys().bias())
                        .toArray(float[][]::new);
                int length = biases[0].length;
                Floats.of(outputs.get(i)).put(0, Rows.total(biases, length), 0, length);
            }
        }
    }
}
