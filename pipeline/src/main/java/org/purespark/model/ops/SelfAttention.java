package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.purespark.random.DropoutMask;

/**
 * Multi-head self-attention over packed texts (Vaswani et al. 2017, formula 1), each text attending to itself alone:
 * context = dropout(softmax(q·kᵀ/√E))·v, head by head.
 *
 * <p>Inputs: qkv [N, 3D] (q, k, v side by side, without their bias), bias [3D], gates [A] (1, or 0 where the head is
 * pruned: its context is 0), starts [B + 1], keys [B]. Outputs context [N, D]; CLS attention after dropout [N, A] (row of token k of text b: what b's first
 * token gives to k; 0 for pruned heads); and for the backward pass the softmax [A·ΣT²], head by head in each text.
 */
public final class SelfAttention extends GraphOp {
    private final Dropout dropout;

    public SelfAttention(
            SameDiff graph, SDVariable qkv, SDVariable bias, SDVariable gates, BatchInputs batch, Dropout dropout) {
        super(3, graph, qkv, bias, gates, batch.starts(), batch.keys());
        this.dropout = dropout;
    }

    public SDVariable context() {
        return outputVariables()[0];
    }

    public SDVariable clsAttention() {
        return outputVariables()[1];
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        long tokens = inputs.get(0).size(0);
        long heads = inputs.get(2).length();
        Texts texts = Texts.of(inputs.get(3), inputs.get(4));
        return new long[][] {{tokens, inputs.get(0).size(1) / 3}, {tokens, heads}, {heads * texts.squares()}};
    }

    /** The text's rows of q, k, v with their bias [T, 3D]. */
    private static TextRows load(Floats qkv, float[] bias, Texts texts, int text, Scratch scratch) {
        return TextRows.in(scratch, 16, texts.length(text), bias.length)
                .read(qkv, texts.start(text))
                .plus(bias);
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        Floats qkv = Floats.of(inputs.get(0));
        float[] bias = Floats.of(inputs.get(1)).toArray();
        float[] gates = Floats.of(inputs.get(2)).toArray();
        Texts texts = Texts.of(inputs.get(3), inputs.get(4));
        Floats context = Floats.of(outputs.get(0));
        Floats cls = Floats.ofNullable(outputs.get(1));
        Floats softmax = Floats.ofNullable(outputs.get(2));
        int heads = gates.length;
        int hidden = bias.length / 3;
        int headSize = hidden / heads;
        workers.run(texts.count(), (b, scratch) -> {
            int tokens = texts.length(b);
            TextRows rows = load(qkv, bias, texts, b, scratch);
            TextRows ofContext = TextRows.in(scratch, 17, tokens, hidden);
            TextRows ofCls = TextRows.in(scratch, 18, tokens, heads);
            DropoutMask mask = dropout.maskOf(texts, b);
            for (int head = 0; head < heads; head++) {
                int column = head * headSize;
                if (gates[head] == 0) {
                    ofContext.clear(column, headSize);
                    ofCls.clear(head, 1);
                    continue;
                }
                HeadBlock block = new HeadBlock(scratch, rows, column, headSize);
                block.attend();
                if (softmax != null) {
                    block.saveTo(softmax, heads * texts.squaresBefore(b) + (long) head * tokens * tokens);
                }
                block.drop(mask, head);
                block.writeContext(ofContext, column);
                for (int t = 0; t < tokens; t++) {
                    ofCls.entries()[t * heads + head] = block.clsAttention(t);
                }
            }
            ofContext.write(context, texts.start(b));
            if (cls != null) {
                ofCls.write(cls, texts.start(b));
            }
        });
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(
                        sameDiff,
                        dropout,
                        arg(0),
                        arg(1),
                        arg(2),
                        arg(3),
                        arg(4),
                        gradients.get(0),
                        gradients.get(1),
                        outputVariables()[2])
                .outputVariables());
    }

    /** Inputs: those of the attention, then dcontext, dcls [N, A], softmax; outputs dqkv, dbias. */
    private static final class Gradient extends GraphOp {
        private final Dropout dropout;

        Gradient(SameDiff graph, Dropout dropout, SDVariable... inputs) {
            super(2, graph, inputs);
            this.dropout = dropout;
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            return new long[][] {inputs.get(0).shape(), inputs.get(1).shape()};
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            Floats qkv = Floats.of(inputs.get(0));
            float[] bias = Floats.of(inputs.get(1)).toArray();
            float[] gates = Floats.of(inputs.get(2)).toArray();
            Texts texts = Texts.of(inputs.get(3), inputs.get(4));
            Floats contextGradient = Floats.of(inputs.get(5));
            Floats clsGradient = Floats.of(inputs.get(6));
            Floats softmax = Floats.of(inputs.get(7));
            Floats toQkv = Floats.of(outputs.get(0));
            int heads = gates.length;
            int hidden = bias.length / 3;
            int headSize = hidden / heads;
            float[][] biases = new float[texts.count()][bias.length];
            workers.run(texts.count(), (b, scratch) -> {
                int tokens = texts.length(b);
                TextRows rows = load(qkv, bias, texts, b, scratch);
                TextRows ofContext = TextRows.in(scratch, 17, tokens, hidden).read(contextGradient, texts.start(b));
                TextRows ofCls = TextRows.in(scratch, 18, tokens, heads).read(clsGradient, texts.start(b));
                TextRows toRows = TextRows.in(scratch, 19, tokens, bias.length);
                DropoutMask mask = dropout.maskOf(texts, b);
                for (int head = 0; head < heads; head++) {
                    int column = head * headSize;
                    if (gates[head] == 0) {
                        toRows.clear(column, headSize);
                        toRows.clear(hidden + column, headSize);
                        toRows.clear(2 * hidden + column, headSize);
                        continue;
                    }
                    HeadBlock block = new HeadBlock(scratch, rows, column, headSize);
                    block.restoreFrom(softmax, heads * texts.squaresBefore(b) + (long) head * tokens * tokens);
                    block.drop(mask, head);
                    float[] cls = scratch.floats(15, tokens);
                    for (int t = 0; t < tokens; t++) {
                        cls[t] = ofCls.entries()[t * heads + head];
                    }
                    HeadBlock.Gradients parts = block.backward(ofContext.from(column), cls, mask, head);
                    parts.writeQuery(toRows, column);
                    parts.writeKey(toRows, hidden + column);
                    parts.writeValue(toRows, 2 * hidden + column);
                }
                toRows.write(toQkv, texts.start(b));
                toRows.addTo(biases[b]);
            });
            Floats.of(outputs.get(1)).put(0, Rows.total(biases, bias.length), 0, bias.length);
        }
    }
}
