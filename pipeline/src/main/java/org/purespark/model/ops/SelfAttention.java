package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.purespark.random.DropoutMask;

/**
 * Multi-head self-attention over packed texts (Vaswani et al. 2017, formula 1), each text attending to itself alone:
 * context = gate · dropout(softmax(q·kᵀ/√E))·v, head by head.
 *
 * <p>Inputs qkv [N, 3D] (q, k, v side by side, without bias), bias [3D], gates [A] (0: the head is pruned), starts
 * [B + 1], keys [B]. Outputs context [N, D]; CLS attention after dropout [N, A] (row of token k of text b: what b's
 * first token gives to k; 0 for pruned heads); and for the backward pass the softmax [A·ΣT²], head by head in each text.
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
        long rows = inputs.get(0).size(0);
        long heads = inputs.get(2).length();
        return new long[][] {
            {rows, inputs.get(0).size(1) / 3},
            {rows, heads},
            {heads * Texts.of(inputs.get(3), inputs.get(4)).squares()}
        };
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        int hidden = (int) inputs.get(0).size(1) / 3;
        Floats qkv = Floats.of(inputs.get(0));
        float[] bias = Floats.of(inputs.get(1)).toArray();
        float[] gates = Floats.of(inputs.get(2)).toArray();
        Texts texts = Texts.of(inputs.get(3), inputs.get(4));
        Floats context = Floats.of(outputs.get(0));
        Floats cls = Floats.of(outputs.get(1));
        Floats softmax = Floats.of(outputs.get(2));
        int heads = gates.length;
        int headSize = hidden / heads;
        workers.run(texts.count() * heads, (piece, scratch) -> {
            int b = piece / heads;
            int head = piece % heads;
            int first = texts.start(b);
            int tokens = texts.length(b);
            if (gates[head] == 0) {
                clearHead(context, cls, new HeadBlock.Place(first, head, headSize, hidden), tokens, heads, scratch);
                return;
            }
            HeadBlock block = new HeadBlock(scratch, tokens, headSize);
            block.load(qkv, bias, new HeadBlock.Place(first, head, headSize, hidden));
            block.attend();
            block.saveTo(softmax, heads * texts.squaresBefore(b) + (long) head * tokens * tokens);
            block.drop(dropout.maskOf(texts, b), head);
            float[] rows = block.context();
            for (int t = 0; t < tokens; t++) {
                cls.put((long) (first + t) * heads + head, block.kept[t]);
                for (int e = 0; e < headSize; e++) {
                    rows[t * headSize + e] *= gates[head];
                }
                context.put((long) (first + t) * hidden + head * headSize, rows, t * headSize, headSize);
            }
        });
    }

    private static void clearHead(
            Floats context, Floats cls, HeadBlock.Place place, int tokens, int heads, Scratch scratch) {
        int headSize = place.headSize();
        float[] zeros = scratch.zeros(0, headSize);
        for (int t = 0; t < tokens; t++) {
            cls.put((long) (place.firstRow() + t) * heads + place.head(), 0f);
            context.put((long) (place.firstRow() + t) * place.hidden() + place.head() * headSize, zeros, 0, headSize);
        }
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(
                        sameDiff,
                        dropout,
                        gradients.get(0),
                        gradients.get(1),
                        arg(0),
                        arg(1),
                        arg(2),
                        outputVariables()[2],
                        arg(3),
                        arg(4))
                .outputVariables());
    }

    /**
     * Inputs dcontext [N, D], dcls [N, A], qkv [N, 3D], bias [3D], gates [A], softmax [A·ΣT²], starts, keys; outputs
     * dqkv [N, 3D], dbias [3D].
     */
    private static final class Gradient extends GraphOp {
        private final Dropout dropout;

        Gradient(SameDiff graph, Dropout dropout, SDVariable... inputs) {
            super(2, graph, inputs);
            this.dropout = dropout;
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            return new long[][] {inputs.get(2).shape(), inputs.get(3).shape()};
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            int hidden = (int) inputs.get(0).size(1);
            Floats contextGradient = Floats.of(inputs.get(0));
            Floats clsGradient = Floats.of(inputs.get(1));
            Floats qkv = Floats.of(inputs.get(2));
            float[] bias = Floats.of(inputs.get(3)).toArray();
            float[] gates = Floats.of(inputs.get(4)).toArray();
            Floats softmax = Floats.of(inputs.get(5));
            Texts texts = Texts.of(inputs.get(6), inputs.get(7));
            Floats qkvGradient = Floats.of(outputs.get(0));
            int heads = gates.length;
            int headSize = hidden / heads;
            float[][] biasGradients = new float[texts.count()][3 * hidden];
            workers.run(texts.count() * heads, (piece, scratch) -> {
                int b = piece / heads;
                int head = piece % heads;
                HeadBlock.Place place = new HeadBlock.Place(texts.start(b), head, headSize, hidden);
                int tokens = texts.length(b);
                if (gates[head] == 0) {
                    float[] zeros = scratch.zeros(0, headSize * tokens);
                    write(new HeadBlock.Gradients(zeros, zeros, zeros), qkvGradient, biasGradients[b], place, tokens);
                    return;
                }
                HeadBlock block = new HeadBlock(scratch, tokens, headSize);
                block.load(qkv, bias, place);
                block.restoreFrom(softmax, heads * texts.squaresBefore(b) + (long) head * tokens * tokens);
                DropoutMask mask = dropout.maskOf(texts, b);
                block.drop(mask, head);
                float[] context = scratch.zeros(14, block.padded * headSize);
                float[] cls = scratch.floats(15, tokens);
                for (int t = 0; t < tokens; t++) {
                    long row = place.firstRow() + t;
                    contextGradient.get(row * hidden + head * headSize, context, t * headSize, headSize);
                    for (int e = 0; e < headSize; e++) {
                        context[t * headSize + e] *= gates[head];
                    }
                    cls[t] = clsGradient.get(row * heads + head);
                }
                write(block.backward(context, cls, mask, head), qkvGradient, biasGradients[b], place, tokens);
            });
            Floats.of(outputs.get(1)).put(0, Rows.total(biasGradients, 3 * hidden), 0, 3 * hidden);
        }

        private static void write(
                HeadBlock.Gradients gradients, Floats to, float[] bias, HeadBlock.Place place, int tokens) {
            writePart(gradients.q(), to, bias, place, tokens, 0);
            writePart(gradients.k(), to, bias, place, tokens, place.hidden());
            writePart(gradients.v(), to, bias, place, tokens, 2 * place.hidden());
        }

        private static void writePart(
                float[] rows, Floats to, float[] bias, HeadBlock.Place place, int tokens, int part) {
            int column = part + place.head() * place.headSize();
            for (int t = 0; t < tokens; t++) {
                long row = place.firstRow() + t;
                to.put(row * 3 * place.hidden() + column, rows, t * place.headSize(), place.headSize());
                for (int e = 0; e < place.headSize(); e++) {
                    bias[column + e] += rows[t * place.headSize() + e];
                }
            }
        }
    }
}
