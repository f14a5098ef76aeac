// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.DropoutEntries;
import org.purespark.model.engine.TextBatch;

/**
 * One head of attention in one text of T tokens, whose scores know of positions. Entry [j, i] belongs to key j, the
 * token that is looked at, and query i, the token that looks.
 */
final class PositionedHead {
    private final Mask mask;
    private final double gate;
    private final int head;
    private final int start;
    private final int tokens; // T
    private final int size; // E
    private final int hidden; // D
    private final int first; // the head's first column of D
    private final double[][] q; // [T, E]
    private final double[][] k; // [T, E]
    private final double[][] v; // [T, E]

    /** A function of a key's and a query's token. */
    interface Scores {
        double at(int j, int i);
    }

    /**
     * @param qkv [N, 3D]
     * @param bias [3D]; null: none
     */
    PositionedHead(
            TextBatch batch, AttentionCall attention, int text, int head, ReferenceArray qkv, ReferenceArray bias) {
        this.mask = Mask.of(attention.dropout(), batch, text);
        this.gate = batch.gates(attention.layer())[head];
        this.head = head;
        this.start = batch.start(text);
        this.tokens = batch.length(text);
        this.hidden = qkv.size(1) / 3;
        this.size = hidden / attention.heads();
        this.first = head * size;
        this.q = columns(qkv, bias, first);
        this.k = columns(qkv, bias, hidden + first);
        this.v = columns(qkv, bias, 2 * hidden + first);
    }

    /** The head's columns of the text's rows, with their bias [T, E]. */
    private double[][] columns(ReferenceArray qkv, ReferenceArray bias, int column) {
        double[][] part = new double[tokens][size];
        for (int t = 0; t < tokens; t++) {
            for (int e = 0; e < size; e++) {
                part[t][e] = qkv.at(start + t, column + e) + (bias == null ? 0 : bias.at(column + e));
            }
        }
        return part;
    }

    int tokens() {
        return tokens;
    }

    int size() {
        return size;
    }

    /** The head's first column of D. */
    int first() {
        return first;
    }

    double[][] q() {
        return q;
    }

    double[][] k() {
        return k;
    }

    /** The factor of a probability: gate·dropout. */
    private double kept(int j, int i) {
        return gate * mask.factor(DropoutEntries.ofAttention(tokens, head, j, i));
    }

    /**
     * The softmax [T, T].
     *
     * @param scores of pairs; negative infinity for a pair that is left out
     */
    private ReferenceArray probabilities(Scores scores) {
        ReferenceArray p = ReferenceArray.unwritten(tokens, tokens);
        for (int query = 0; query < tokens; query++) {
            int i = query;
            double[] s = new double[tokens];
            double largest = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < tokens; j++) {
                s[j] = scores.at(j, i);
                largest = Math.max(largest, s[j]);
            }
            double off = largest;
            double total = sum(tokens, j -> Math.exp(s[j] - off));
            for (int j = 0; j < tokens; j++) {
                p.set(j, i, Math.exp(s[j] - off) / total);
            }
        }
        return p;
    }

    /**
     * @param scores of pairs; negative infinity for a pair that is left out
     * @param context takes the head's columns of the text's rows of [N, D]
     * @param cls takes the head's column of the text's rows of [N, A]; may be null
     */
    void forward(Scores scores, ReferenceArray context, ReferenceArray cls) {
        ReferenceArray p = probabilities(scores);
        context.fillPart(start, first, tokens, size, (i, e) -> sum(tokens, j -> kept(j, i) * p.at(j, i) * v[j][e]));
        if (cls != null) {
            cls.fillPart(start, head, tokens, 1, (j, one) -> kept(j, 0) * p.at(j, 0));
        }
    }

    /**
     * Gradient of the scores [T, T]; and that of the values, in the head's columns of the text's rows of [N, 3D].
     *
     * @param scores as for {@link #forward}
     * @param dcontext [N, D]
     * @param dcls [N, A]
     */
    double[][] backward(Scores scores, ReferenceArray dcontext, ReferenceArray dcls, ReferenceArray dqkv) {
        ReferenceArray p = probabilities(scores);
        double[][] ds = new double[tokens][tokens];
        for (int j = 0; j < tokens; j++) {
            for (int i = 0; i < tokens; i++) {
                ds[j][i] = kept(j, i) * (ofContext(dcontext, j, i) + (i == 0 ? dcls.at(start + j, head) : 0));
            }
        }
        for (int query = 0; query < tokens; query++) {
            int i = query;
            double projection = sum(tokens, j -> p.at(j, i) * ds[j][i]);
            for (int j = 0; j < tokens; j++) {
                ds[j][i] = gate == 0 ? 0 : p.at(j, i) * (ds[j][i] - projection);
            }
        }
        dqkv.fillPart(
                start,
                2 * hidden + first,
                tokens,
                size,
                (j, e) -> sum(tokens, i -> kept(j, i) * p.at(j, i) * dcontext.at(start + i, first + e)));
        return ds;
    }

    private double ofContext(ReferenceArray dcontext, int j, int i) {
        return sum(size, e -> dcontext.at(start + i, first + e) * v[j][e]);
    }

    /** Writes gradients [T, E] of the queries and of the keys to the head's columns of the text's rows of [N, 3D]. */
    void write(double[][] dq, double[][] dk, ReferenceArray dqkv) {
        dqkv.fillPart(start, first, tokens, size, (t, e) -> dq[t][e]);
        dqkv.fillPart(start, hidden + first, tokens, size, (t, e) -> dk[t][e]);
    }
}
