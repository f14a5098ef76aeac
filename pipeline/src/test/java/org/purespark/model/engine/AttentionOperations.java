// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.AttentionKernels.BucketAttentionBackward;
import org.purespark.model.engine.AttentionKernels.BucketAttentionInputs;
import org.purespark.model.engine.AttentionKernels.FirstTokenAttended;
import org.purespark.model.engine.AttentionKernels.FirstTokenBackward;
import org.purespark.model.engine.AttentionKernels.FirstTokenInputs;
import org.purespark.model.engine.AttentionKernels.SelfAttentionBackward;
import org.purespark.model.engine.AttentionKernels.SelfAttentionInputs;
import org.purespark.model.engine.Operation.Role;

/** The operations of {@link AttentionKernels}. */
final class AttentionOperations {
    private static final int SITE = 4;

    private AttentionOperations() {}

    static Operation selfAttention(Draw draw) {
        AttentionCall attention = new AttentionCall(draw.layer(), draw.heads(), draw.dropout(SITE));
        int hidden = draw.hidden();
        return Operation.on(draw)
                .input("qkv", draw.tokens(), 3 * hidden)
                .input("bias", 3 * hidden)
                .result("context", draw.tokens(), hidden)
                .result("cls", draw.tokens(), draw.heads())
                .forward((k, x, y) -> k.attention()
                        .selfAttention(
                                new SelfAttentionInputs<>(x.get("qkv"), x.get("bias")),
                                attention,
                                new Attended<>(y.get("context"), y.get("cls"))))
                .backward((k, x, saved, dy, dx) -> k.attention()
                        .selfAttentionGradient(
                                new SelfAttentionBackward<>(
                                        x.get("qkv"), x.get("bias"), dy.get("context"), dy.get("cls")),
                                attention,
                                new SelfAttentionInputs<>(dx.get("qkv"), dx.get("bias"))))
                .build();
    }

    static Operation bucketAttention(Draw draw) {
        AttentionCall attention = new AttentionCall(draw.layer(), draw.heads(), draw.dropout(SITE));
        int hidden = draw.hidden();
        int rows = DistanceBuckets.COUNT + 1; // one that no distance reads
        return Operation.on(draw)
                .input("qkv", draw.tokens(), 3 * hidden)
                .input("bias", 3 * hidden)
                .input("table", rows, draw.heads())
                .result("context", draw.tokens(), hidden)
                .result("cls", draw.tokens(), draw.heads())
                .forward((k, x, y) -> k.attention()
                        .bucketAttention(
                                new BucketAttentionInputs<>(x.get("qkv"), x.get("bias"), x.get("table")),
                                attention,
                                new Attended<>(y.get("context"), y.get("cls"))))
                .backward((k, x, saved, dy, dx) -> k.attention()
                        .bucketAttentionGradient(
                                new BucketAttentionBackward<>(
                                        x.get("qkv"), x.get("bias"), x.get("table"), dy.get("context"), dy.get("cls")),
                                attention,
                                new BucketAttentionInputs<>(dx.get("qkv"), dx.get("bias"), dx.get("table"))))
                .build();
    }

    static Operation firstTokenAttention(Draw draw) {
        AttentionCall attention = new AttentionCall(draw.layer(), draw.heads(), draw.dropout(SITE));
        int heads = draw.heads();
        int hidden = draw.hidden();
        return Operation.on(draw)
                .input("u", heads, draw.texts(), hidden)
                .input("x", draw.tokens(), hidden)
                .result("states", heads, draw.texts(), hidden)
                .result("sums", heads, draw.texts())
                .result("cls", draw.tokens(), heads)
                .output("softmax", Role.FOR_THE_SAME_ENGINE, draw.tokens(), heads)
                .forward((k, x, y) -> k.attention()
                        .firstTokenAttention(
                                new FirstTokenInputs<>(x.get("u"), x.get("x")),
                                attention,
                                new FirstTokenAttended<>(
                                        y.get("states"), y.get("sums"), y.get("cls"), y.get("softmax"))))
                .backward((k, x, saved, dy, dx) -> k.attention()
                        .firstTokenAttentionGradient(
                                new FirstTokenBackward<>(
                                        dy.get("states"),
                                        dy.get("sums"),
                                        dy.get("cls"),
                                        saved.get("softmax"),
                                        x.get("u"),
                                        x.get("x")),
                                attention,
                                new FirstTokenInputs<>(dx.get("u"), dx.get("x"))))
                .build();
    }
}
