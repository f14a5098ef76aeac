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
        workers.run(texts.count(), (b, scratch) -> {
            int tokens = texts.length(b);
            int queries = projections.queriesOf(tokens);
            TextRows ofQueries = projections.loadQueries(scratch, texts, b);
            TextRows ofKeys = projections.loadKeys(scratch, texts, b, ofQueries);
            TextRows ofContext = TextRows.in(scratch, 18, queries, hidden);
            TextRows ofCls = TextRows.in(scratch, 19, tokens, heads);
            DropoutMask mask = dropout.maskOf(texts, b);
            for (int head = 0; head < heads; head++) {
                int column = head * headSize;
                if (gates[head] == 0) {
                    ofContext.clear(column, headSize);
                    ofCls.clear(head, 1);
                    continue;
                }
                HeadBlock block = new HeadBlock(scratch, queries, tokens, headSize);
                load(block, projections, ofQueries, ofKeys, column);
                block.attend();
                if (softmax != null) {
                    block.saveTo(softmax, projections.softmaxStart(texts, b, heads) + (long) head * queries * tokens);
                }
                block.drop(mask, head);
                block.writeContext(gates[head], ofContext, column);
                for (int t = 0; t < tokens; t++) {
                    ofCls.entries()[t * heads + head] = block.clsAttention(t);
                }
            }
            ofContext.write(context, projections.firstQueryRow(texts, b));
            if (cls != null) {
                ofCls.write(cls, texts.start(b));
            }
        });
    }

    private static void load(
            HeadBlock block, Projections projections, TextRows ofQueries, TextRows ofKeys, int column) {
        block.loadQuery(ofQueries, column);
        block.loadKey(ofKeys, projections.keyColumn() + column);
        block.loadValue(ofKeys, projections.keyColumn() + projections.hidden() + column);
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
            Floats ofQueryGradients = Floats.of(outputs.get(0));
            Floats ofKeyGradients = asking == Asking.FIRST_TOKEN ? Floats.of(outputs.get(2)) : null;
            int heads = gates.length;
            int hidden = projections.hidden();
            int headSize = hidden / heads;
            boolean apart = asking == Asking.FIRST_TOKEN;
            float[][] queryBiases =
                    new float[texts.count()][projections.queries().stride()];
            float[][] keyBiases =
                    new float[apart ? texts.count() : 0][projections.keys().stride()];
            workers.run(texts.count(), (b, scratch) -> {
                int tokens = texts.length(b);
                int queries = projections.queriesOf(tokens);
                TextRows ofQueries = projections.loadQueries(scratch, texts, b);
                TextRows ofKeys = projections.loadKeys(scratch, texts, b, ofQueries);
                TextRows ofContext = TextRows.in(scratch, 18, queries, hidden)
                        .read(contextGradient, projections.firstQueryRow(texts, b));
                TextRows ofCls = TextRows.in(scratch, 19, tokens, heads).read(clsGradient, texts.start(b));
                TextRows toQueries = TextRows.in(scratch, 20, queries, ofQueries.stride());
                TextRows toKeys = apart ? TextRows.in(scratch, 21, tokens, ofKeys.stride()) : toQueries;
                DropoutMask mask = dropout.maskOf(texts, b);
                for (int head = 0; head < heads; head++) {
                    int column = head * headSize;
                    int keyColumn = projections.keyColumn() + column;
                    if (gates[head] == 0) {
                        toQueries.clear(column, headSize);
                        toKeys.clear(keyColumn, headSize);
                        toKeys.clear(keyColumn + hidden, headSize);
                        continue;
                    }
                    HeadBlock block = new HeadBlock(scratch, queries, tokens, headSize);
                    load(block, projections, ofQueries, ofKeys, column);
                    block.restoreFrom(
                            softmax, projections.softmaxStart(texts, b, heads) + (long) head * queries * tokens);
                    block.drop(mask, head);
                    float[] context = block.readContextGradient(ofContext, column, gates[head]);
                    float[] cls = scratch.floats(15, tokens);
                    for (int t = 0; t < tokens; t++) {
                        cls[t] = ofCls.entries()[t * heads + head];
                    }
                    HeadBlock.Gradients parts = block.backward(context, cls, mask, head);
                    parts.writeQuery(toQueries, column);
                    parts.writeKey(toKeys, keyColumn);
                    parts.writeValue(toKeys, keyColumn + hidden);
                }
                toQueries.write(ofQueryGradients, projections.firstQueryRow(texts, b));
                toQueries.addTo(queryBiases[b]);
                if (apart) {
                    toKeys.write(ofKeyGradients, texts.start(b));
                    toKeys.addTo(keyBiases[b]);
                }
            });
            putTotal(queryBiases, outputs.get(1));
            if (apart) {
                putTotal(keyBiases, outputs.get(3));
            }
        }

        private static void putTotal(float[][] ofTexts, INDArray to) {
            int length = ofTexts[0].length;
            Floats.of(to).put(0, Rows.total(ofTexts, length), 0, length);
        }
    }
}
