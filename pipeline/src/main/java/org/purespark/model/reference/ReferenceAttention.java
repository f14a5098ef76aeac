// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.model.engine.AttentionKernels;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.DistanceBuckets;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.reference.SelfAttentionHead.Scores;

/** {@link AttentionKernels}: {@link SelfAttentionHead} and {@link FirstTokenHeads}, text by text. */
final class ReferenceAttention implements AttentionKernels {
    private final TextBatch batch;

    ReferenceAttention(TextBatch batch) {
        this.batch = batch;
    }

    /** One text's probabilities [T, A]: a view of {@code softmax} [N, A], or new memory if it is null. */
    private ReferenceArray rows(ReferenceArray softmax, int heads, int text) {
        int tokens = batch.length(text);
        return softmax == null
                ? ReferenceArray.unwritten(tokens, heads)
                : softmax.view((long) batch.start(text) * heads, tokens, heads);
    }

    @Override
    public void selfAttention(SelfAttentionInputs<DeviceArray> in, AttentionCall attention, Attended<DeviceArray> out) {
        ReferenceArray qkv = ReferenceArray.of(in.qkv()); // [N, 3D]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [3D]
        ReferenceArray context = ReferenceArray.of(out.context()); // [N, D]
        ReferenceArray cls = ReferenceArray.ofNullable(out.clsAttention()); // [N, A]
        for (int b = 0; b < batch.texts(); b++) {
            for (int h = 0; h < attention.heads(); h++) {
                new SelfAttentionHead(batch, attention, b, h, qkv, bias, Scores.NONE).forward(context, cls);
            }
        }
    }

    @Override
    public void selfAttentionGradient(
            SelfAttentionBackward<DeviceArray> in,
            AttentionCall attention,
            SelfAttentionInputs<DeviceArray> gradients) {
        ReferenceArray qkv = ReferenceArray.of(in.qkv()); // [N, 3D]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [3D]
        ReferenceArray dcontext = ReferenceArray.of(in.contextGradient()); // [N, D]
        ReferenceArray dcls = ReferenceArray.of(in.clsGradient()); // [N, A]
        ReferenceArray dqkv = ReferenceArray.of(gradients.qkv()); // [N, 3D]
        ReferenceArray dbias = ReferenceArray.of(gradients.bias()); // [3D]
        for (int b = 0; b < batch.texts(); b++) {
            for (int h = 0; h < attention.heads(); h++) {
                new SelfAttentionHead(batch, attention, b, h, qkv, bias, Scores.NONE).backward(dcontext, dcls, dqkv);
            }
        }
        dbias.fill(i -> sum(batch.tokens(), n -> dqkv.at(n, i)));
    }

    @Override
    public void bucketAttention(
            BucketAttentionInputs<DeviceArray> in, AttentionCall attention, Attended<DeviceArray> out) {
        ReferenceArray qkv = ReferenceArray.of(in.qkv()); // [N, 3D]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [3D]
        ReferenceArray table = ReferenceArray.of(in.table()); // [R, A]
        ReferenceArray context = ReferenceArray.of(out.context()); // [N, D]
        ReferenceArray cls = ReferenceArray.ofNullable(out.clsAttention()); // [N, A]
        for (int b = 0; b < batch.texts(); b++) {
            for (int h = 0; h < attention.heads(); h++) {
                new SelfAttentionHead(batch, attention, b, h, qkv, bias, ofDistance(table, h)).forward(context, cls);
            }
        }
    }

    private static Scores ofDistance(ReferenceArray table, int head) {
        return (j, i) -> table.at(DistanceBuckets.of(j - i), head);
    }

    @Override
    public void bucketAttentionGradient(
            BucketAttentionBackward<DeviceArray> in,
            AttentionCall attention,
            BucketAttentionInputs<DeviceArray> gradients) {
        ReferenceArray qkv = ReferenceArray.of(in.qkv()); // [N, 3D]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [3D]
        ReferenceArray table = ReferenceArray.of(in.table()); // [R, A]
        ReferenceArray dcontext = ReferenceArray.of(in.contextGradient()); // [N, D]
        ReferenceArray dcls = ReferenceArray.of(in.clsGradient()); // [N, A]
        ReferenceArray dqkv = ReferenceArray.of(gradients.qkv()); // [N, 3D]
        ReferenceArray dbias = ReferenceArray.of(gradients.bias()); // [3D]
        ReferenceArray dtable = ReferenceArray.of(gradients.table()); // [R, A]
        double[][] sums = new double[table.size(0)][table.size(1)]; // [R, A]
        for (int b = 0; b < batch.texts(); b++) {
            int tokens = batch.length(b);
            for (int h = 0; h < attention.heads(); h++) {
                ReferenceArray ds = new SelfAttentionHead(batch, attention, b, h, qkv, bias, ofDistance(table, h))
                        .backward(dcontext, dcls, dqkv); // [T, T]
                for (int j = 0; j < tokens; j++) {
                    for (int i = 0; i < tokens; i++) {
                        sums[DistanceBuckets.of(j - i)][h] += ds.at(j, i);
                    }
                }
            }
        }
        dbias.fill(i -> sum(batch.tokens(), n -> dqkv.at(n, i)));
        dtable.fill((r, h) -> sums[r][h]);
    }

    @Override
    public void firstTokenAttention(
            FirstTokenInputs<DeviceArray> in, AttentionCall attention, FirstTokenAttended<DeviceArray> out) {
        ReferenceArray u = ReferenceArray.of(in.u()); // [A, B, D]
        ReferenceArray x = ReferenceArray.of(in.x()); // [N, D]
        ReferenceArray softmax = ReferenceArray.ofNullable(out.softmax()); // [N, A]
        for (int b = 0; b < batch.texts(); b++) {
            ReferenceArray p = rows(softmax, attention.heads(), b); // [T, A]
            new FirstTokenHeads(batch, attention, b, u, x).forward(p, out);
        }
    }

    @Override
    public void firstTokenAttentionGradient(
            FirstTokenBackward<DeviceArray> in, AttentionCall attention, FirstTokenInputs<DeviceArray> gradients) {
        ReferenceArray u = ReferenceArray.of(in.u()); // [A, B, D]
        ReferenceArray x = ReferenceArray.of(in.x()); // [N, D]
        ReferenceArray softmax = ReferenceArray.of(in.softmax()); // [N, A]
        for (int b = 0; b < batch.texts(); b++) {
            ReferenceArray p = rows(softmax, attention.heads(), b); // [T, A]
            new FirstTokenHeads(batch, attention, b, u, x).backward(in, p, gradients);
        }
    }
}
