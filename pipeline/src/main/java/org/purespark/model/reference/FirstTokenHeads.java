// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.AttentionKernels.FirstTokenAttended;
import org.purespark.model.engine.AttentionKernels.FirstTokenBackward;
import org.purespark.model.engine.AttentionKernels.FirstTokenInputs;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.DropoutEntries;
import org.purespark.model.engine.TextBatch;

/** Attention of the first token of one text b of T tokens, all heads. Entry [t, h] belongs to token t and head h. */
final class FirstTokenHeads {
    private final Mask mask;
    private final float[] gates; // [A]
    private final int text; // b
    private final int start;
    private final int tokens; // T
    private final int heads; // A
    private final int hidden; // D
    private final double root; // √E
    private final ReferenceArray u; // [A, B, D]
    private final ReferenceArray x; // [N, D]

    FirstTokenHeads(TextBatch batch, AttentionCall attention, int text, ReferenceArray u, ReferenceArray x) {
        this.mask = Mask.of(attention.dropout(), batch, text);
        this.gates = batch.gates(attention.layer());
        this.text = text;
        this.start = batch.start(text);
        this.tokens = batch.length(text);
        this.heads = attention.heads();
        this.hidden = x.size(1);
        this.root = Math.sqrt((double) hidden / heads);
        this.u = u;
        this.x = x;
    }

    /** The factor of a probability: gate·dropout. */
    private double kept(int t, int h) {
        return gates[h] * mask.factor(DropoutEntries.ofFirstToken(heads, t, h));
    }

    private ReferenceArray pairs() {
        return ReferenceArray.unwritten(tokens, heads);
    }

    /** Row [h, b] of [A, B, D]. */
    private ReferenceArray row(ReferenceArray ofHeads, int h) {
        return ofHeads.view(((long) h * ofHeads.size(1) + text) * hidden, hidden);
    }

    /** @param p takes softmax(x·u_h/√E) [T, A] */
    void forward(ReferenceArray p, FirstTokenAttended<DeviceArray> out) {
        ReferenceArray z = ReferenceArray.of(out.states()); // [A, B, D]
        ReferenceArray s = ReferenceArray.ofNullable(out.sums()); // [A, B]
        ReferenceArray cls = ReferenceArray.ofNullable(out.clsAttention()); // [N, A]
        ReferenceArray scores = pairs();
        scores.fill((t, h) -> sum(hidden, d -> x.at(start + t, d) * u.at(h, text, d)) / root);
        ColumnSoftmax.of(scores, p);
        for (int head = 0; head < heads; head++) {
            int h = head;
            row(z, h).fill(d -> sum(tokens, t -> kept(t, h) * p.at(t, h) * x.at(start + t, d)));
            if (s != null) {
                s.set(h, text, sum(tokens, t -> kept(t, h) * p.at(t, h)));
            }
        }
        if (cls != null) {
            cls.fillPart(start, 0, tokens, heads, (t, h) -> kept(t, h) * p.at(t, h));
        }
    }

    /** @param p softmax(x·u_h/√E) [T, A] */
    void backward(FirstTokenBackward<DeviceArray> in, ReferenceArray p, FirstTokenInputs<DeviceArray> gradients) {
        ReferenceArray dz = ReferenceArray.of(in.statesGradient()); // [A, B, D]
        ReferenceArray dsums = ReferenceArray.of(in.sumsGradient()); // [A, B]
        ReferenceArray dcls = ReferenceArray.of(in.clsGradient()); // [N, A]
        ReferenceArray du = ReferenceArray.of(gradients.u()); // [A, B, D]
        ReferenceArray dx = ReferenceArray.of(gradients.x()); // [N, D]
        ReferenceArray dp = pairs();
        dp.fill((t, h) -> kept(t, h)
                * (sum(hidden, d -> dz.at(h, text, d) * x.at(start + t, d))
                        + dsums.at(h, text)
                        + dcls.at(start + t, h)));
        ReferenceArray ds = pairs();
        ColumnSoftmax.backward(p, dp, ds);
        for (int head = 0; head < heads; head++) {
            int h = head;
            row(du, h).fill(d -> sum(tokens, t -> ds.at(t, h) * x.at(start + t, d)) / root);
        }
        dx.fillPart(
                start,
                0,
                tokens,
                hidden,
                (t, d) -> sum(
                        heads,
                        h -> ds.at(t, h) * u.at(h, text, d) / root + kept(t, h) * p.at(t, h) * dz.at(h, text, d)));
    }
}
