// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.encoder.DistanceTable;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.PositionKernels.DisentangledBackward;
import org.purespark.model.engine.PositionKernels.DisentangledCall;
import org.purespark.model.engine.PositionKernels.DisentangledInputs;
import org.purespark.model.engine.PositionKernels.DistanceCall;
import org.purespark.model.engine.PositionKernels.DistanceOwners;
import org.purespark.model.engine.PositionKernels.RotaryBackward;
import org.purespark.model.engine.PositionKernels.RotaryCall;

/** The operations of {@link PositionKernels}. */
final class PositionOperations {
    private static final int SITE = 4;

    private PositionOperations() {}

    private static AttentionCall attention(Draw draw) {
        return new AttentionCall(draw.layer(), draw.heads(), draw.dropout(SITE));
    }

    private static Attended<DeviceArray> attended(Operation.Named arrays) {
        return new Attended<>(arrays.get("context"), arrays.get("cls"));
    }

    private static Operation.Builder attention(Draw draw, Operation.Builder inputs, int hidden) {
        return inputs.result("context", draw.tokens(), hidden).result("cls", draw.tokens(), draw.heads());
    }

    /** Heads of an even size. */
    static Operation rotary(Draw draw, int reach) {
        int hidden = 2 * draw.hidden();
        RotaryCall call = new RotaryCall(attention(draw), 100, reach);
        return attention(draw, Operation.on(draw).input("qkv", draw.tokens(), 3 * hidden), hidden)
                .forward((k, x, y) -> k.positions().rotaryAttention(x.get("qkv"), call, attended(y)))
                .backward((k, x, saved, dy, dx) -> k.positions()
                        .rotaryAttentionGradient(
                                new RotaryBackward<>(x.get("qkv"), dy.get("context"), dy.get("cls")),
                                call,
                                dx.get("qkv")))
                .build();
    }

    static Operation distanceRows(Draw draw, DistanceTable distances, float factor) {
        DistanceCall call = new DistanceCall(distances, draw.dropout(SITE), factor);
        int width = draw.width();
        return Operation.on(draw)
                .input("table", distances.rows(), width)
                .result("y", 2 * draw.batch().longest() - 1, width)
                .forward((k, x, y) -> k.positions().distanceRows(x.get("table"), call, y.get("y")))
                .backward(
                        (k, x, saved, dy, dx) -> k.positions().distanceRowsGradient(dy.get("y"), call, dx.get("table")))
                .build();
    }

    static Operation disentangled(Draw draw, DistanceTerms terms, DistanceOwners owners) {
        int hidden = draw.hidden();
        DisentangledCall call = new DisentangledCall(attention(draw), terms, owners);
        int width = owners == DistanceOwners.EACH ? terms.count() * hidden : hidden / draw.heads();
        Operation.Builder inputs = Operation.on(draw)
                .input("qkv", draw.tokens(), 3 * hidden)
                .input("bias", 3 * hidden)
                .input("positions", 2 * draw.batch().longest() - 1, width);
        return attention(draw, inputs, hidden)
                .forward((k, x, y) -> k.positions().disentangledAttention(disentangled(x), call, attended(y)))
                .backward((k, x, saved, dy, dx) -> k.positions()
                        .disentangledAttentionGradient(
                                new DisentangledBackward<>(
                                        x.get("qkv"),
                                        x.get("bias"),
                                        x.get("positions"),
                                        dy.get("context"),
                                        dy.get("cls")),
                                call,
                                disentangled(dx)))
                .build();
    }

    private static DisentangledInputs<DeviceArray> disentangled(Operation.Named arrays) {
        return new DisentangledInputs<>(arrays.get("qkv"), arrays.get("bias"), arrays.get("positions"));
    }
}
