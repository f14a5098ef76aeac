// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.DropoutEntries;
import org.purespark.model.engine.TextBatch;

/**
 * One head of self-attention in one text of T tokens. Entry [j, i] belongs to key j, the token that is looked at, and
 * query i, the token that looks.
 */
final class SelfAttentionHead {
    private final Scores added;
    private final Mask mask;
    private final double gate;
    private final int head;
    private final int start;
    private final int tokens; // T
    private final int size; // E
    private final int hidden; // D
    private final int first; // the head's first column of D
    private final ReferenceArray q; // [T, E]
    private final ReferenceArray k; // [T, E]
    private final ReferenceArray v; // [T, E]

    /** What is added to the score of key j and query i. */
    interface Scores {
        Scores NONE = (j, i) -> 0;

        double of(int j, int i);
    }

    /**
     * @param qkv [N, 3D]
     * @param bias [3D]
     */
    SelfAttentionHead(
            TextBatch batch,
            AttentionCall attention,
            int text,
            int head,
            ReferenceArray qkv,
            ReferenceArray bias,
            Scores added) {
        this.added = added;
        this.mask = Mask.of(attention.dropout(), batch, text);
        this.gate = batch.gates(attention.layer())[head];
        this.head = head;
        this.start = batch.start(text);
        this.tokens = batch.length(text);
        this.hidden = bias.size(0) / 3;
        this.size = hidden / attention.heads();
        this.first = head * size;
        this.q = columns(qkv, bias, first);
        this.k = columns(qkv, bias, hidden + first);
        this.v = columns(qkv, bias, 2 * hidden + first);
    }

    /** The head's columns of the text's rows, with their bias [T, E]. */
    private ReferenceArray columns(ReferenceArray qkv, ReferenceArray bias, int column) {
        ReferenceArray part = ReferenceArray.unwritten(tokens, size);
        part.fill((t, e) -> qkv.at(start + t, column + e) + bias.at(column + e));
        return part;
    }

    private ReferenceArray pairs() {
        return ReferenceArray.unwritten(tokens, tokens);
    }

    /** The factor of a probability: gate·dropout. */
    private double kept(int j, int i) {
        return gate * mask.factor(DropoutEntries.ofAttention(tokens, head, j, i));
    }

    /** softmax(q·kᵀ/√E + what is added) [T, T]. */
    private ReferenceArray probabilities() {
        ReferenceArray scores = pairs();
        scores.fill((j, i) -> sum(size, e -> q.at(i, e) * k.at(j, e)) / Math.sqrt(size) + added.of(j, i));
        ReferenceArray p = pairs();
        ColumnSoftmax.of(scores, p);
        return p;
    }

    /**
     * @param context takes the head's columns of the text's rows of [N, D]
     * @param cls takes the head's column of the text's rows of [N, A]; may be null
     */
    void forward(ReferenceArray context, ReferenceArray cls) {
        ReferenceArray p = probabilities();
        context.fillPart(start, first, tokens, size, (i, e) -> sum(tokens, j -> kept(j, i) * p.at(j, i) * v.at(j, e)));
        if (cls != null) {
            cls.fillPart(start, head, tokens, 1, (j, one) -> kept(j, 0) * p.at(j, 0));
        }
    }

    /**
     * @param dcontext [N, D]
     * @param dcls [N, A]
     * @param dqkv takes the head's columns of the text's rows of [N, 3D]
     * @return gradient of the scores [T, T]
     */
    ReferenceArray backward(ReferenceArray dcontext, ReferenceArray dcls, ReferenceArray dqkv) {
        ReferenceArray p = probabilities();
        ReferenceArray dp = pairs();
        dp.fill((j, i) -> kept(j, i)
                * (sum(size, e -> dcontext.at(start + i, first + e) * v.at(j, e))
                        + (i == 0 ? dcls.at(start + j, head) : 0)));
        ReferenceArray ds = pairs();
        ColumnSoftmax.backward(p, dp, ds);
        double root = Math.sqrt(size);
        dqkv.fillPart(start, first, tokens, size, (i, e) -> sum(tokens, j -> ds.at(j, i) * k.at(j, e)) / root);
        dqkv.fillPart(start, hidden + first, tokens, size, (j, e) -> sum(tokens, i -> ds.at(j, i) * q.at(i, e)) / root);
        dqkv.fillPart(
                start,
                2 * hidden + first,
                tokens,
                size,
                (j, e) -> sum(tokens, i -> kept(j, i) * p.at(j, i) * dcontext.at(start + i, first + e)));
        return ds;
    }
}
