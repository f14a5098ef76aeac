package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.purespark.random.DropoutMask;

/**
 * Self-attention of the first token of each text alone, on hidden states in place of keys and values (see
 * {@link HeadSpread}, {@link HeadGather}): p_h = softmax(x·u_h/√E) over the text's tokens, z_h = gate·Σ_t dropout(p_h)[t]·x[t].
 * What a query has in common with all keys, its product with their bias, leaves the softmax as it is.
 *
 * <p>Inputs u [A, B, D], x [N, D], gates [A] (1, or 0 where the head is pruned), starts [B + 1], keys [B]. Outputs z [A, B, D];
 * s_h = gate·Σ_t dropout(p_h)[t], [A, B]; CLS attention after dropout [N, A] (0 for pruned heads); and for the backward
 * pass the softmax [N, A].
 */
public final class FirstTokenAttention extends GraphOp {
    private final Dropout dropout;

    public FirstTokenAttention(
            SameDiff graph, SDVariable u, SDVariable x, SDVariable gates, BatchInputs batch, Dropout dropout) {
        super(4, graph, u, x, gates, batch.starts(), batch.keys());
        this.dropout = dropout;
    }

    /** Sums of hidden states z [A, B, D]. */
    public SDVariable states() {
        return outputVariables()[0];
    }

    /** s [A, B]. */
    public SDVariable sums() {
        return outputVariables()[1];
    }

    /** [N, A]. */
    public SDVariable clsAttention() {
        return outputVariables()[2];
    }

    @Override
    protected long[][] outputShapes(List<INDArray> inputs) {
        long[] u = inputs.get(0).shape();
        long tokens = inputs.get(1).size(0);
        return new long[][] {u, {u[0], u[1]}, {tokens, u[0]}, {tokens, u[0]}};
    }

    @Override
    public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
        Floats u = Floats.of(inputs.get(0));
        Floats x = Floats.of(inputs.get(1));
        int hidden = (int) inputs.get(1).size(1);
        float[] gates = Floats.of(inputs.get(2)).toArray();
        Texts texts = Texts.of(inputs.get(3), inputs.get(4));
        Floats states = Floats.of(outputs.get(0));
        Floats sums = Floats.ofNullable(outputs.get(1));
        Floats cls = Floats.ofNullable(outputs.get(2));
        Floats softmax = Floats.ofNullable(outputs.get(3));
        workers.run(texts.count(), (b, scratch) -> {
            FirstTokenBlock block = new FirstTokenBlock(scratch, texts, b, gates.length, hidden);
            block.read(x);
            block.attend(u);
            if (softmax != null) {
                block.saveTo(softmax);
            }
            block.drop(dropout.maskOf(texts, b), gates);
            if (cls != null) {
                block.writeAttention(cls);
            }
            if (sums != null) {
                block.writeSums(sums);
            }
            block.writeStates(states);
        });
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(
                        sameDiff,
                        dropout,
                        gradients.get(0),
                        gradients.get(1),
                        gradients.get(2),
                        outputVariables()[3],
                        arg(0),
                        arg(1),
                        arg(2),
                        arg(3),
                        arg(4))
                .outputVariables());
    }

    /** Inputs dz [A, B, D], ds [A, B], dcls [N, A], softmax [N, A], then those of the attention; outputs du, dx. */
    private static final class Gradient extends GraphOp {
        private final Dropout dropout;

        Gradient(SameDiff graph, Dropout dropout, SDVariable... inputs) {
            super(2, graph, inputs);
            this.dropout = dropout;
        }

        @Override
        protected long[][] outputShapes(List<INDArray> inputs) {
            return new long[][] {inputs.get(4).shape(), inputs.get(5).shape()};
        }

        @Override
        public void compute(List<INDArray> inputs, List<INDArray> outputs, Workers workers) {
            FirstTokenBlock.Incoming incoming = new FirstTokenBlock.Incoming(
                    Floats.of(inputs.get(0)), Floats.of(inputs.get(1)), Floats.of(inputs.get(2)));
            Floats softmax = Floats.of(inputs.get(3));
            Floats u = Floats.of(inputs.get(4));
            Floats x = Floats.of(inputs.get(5));
            int hidden = (int) inputs.get(5).size(1);
            float[] gates = Floats.of(inputs.get(6)).toArray();
            Texts texts = Texts.of(inputs.get(7), inputs.get(8));
            Floats toHeads = Floats.of(outputs.get(0));
            Floats toStates = Floats.of(outputs.get(1));
            workers.run(texts.count(), (b, scratch) -> {
                FirstTokenBlock block = new FirstTokenBlock(scratch, texts, b, gates.length, hidden);
                DropoutMask mask = dropout.maskOf(texts, b);
                block.read(x);
                block.restoreFrom(softmax);
                block.drop(mask, gates);
                block.backward(incoming, u, mask, gates, toHeads, toStates);
            });
        }
    }
}
