// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import org.purespark.model.engine.NormKernels.NormBackward;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.NormKernels.Normalized;
import org.purespark.model.engine.NormKernels.ScaleNormInputs;
import org.purespark.model.engine.NormKernels.SumNormBackward;
import org.purespark.model.engine.NormKernels.SumNormInputs;
import org.purespark.model.engine.NormKernels.SumNormalized;
import org.purespark.model.engine.Operation.InPlace;
import org.purespark.model.engine.Operation.Role;
import org.purespark.model.engine.RowKernels.GateCall;
import org.purespark.model.engine.RowKernels.Gated;
import org.purespark.model.engine.RowKernels.GatedBackward;
import org.purespark.model.engine.TextBatch.RowKind;

/** Operations of layers with a norm before each part, and of their classifiers. */
final class PreNormOperations {
    private static final int SITE = 4;

    private PreNormOperations() {}

    static Operation scaleNorm(Draw draw, RowKind kind) {
        NormCall norm = new NormCall(kind, draw.dropout(SITE), draw.epsilon());
        int rows = kind == RowKind.COMMON ? draw.between(1, 9) : draw.batch().rows(kind);
        int width = draw.width();
        return Operation.on(draw)
                .input("x", rows, width)
                .input("gamma", width)
                .result("y", rows, width)
                .output("normalized", Role.FOR_BACKWARD, rows, width)
                .output("inverse", Role.FOR_BACKWARD, rows)
                .forward((k, x, y) -> k.norms()
                        .scaleNorm(
                                new ScaleNormInputs<>(x.get("x"), x.get("gamma")),
                                norm,
                                new Normalized<>(y.get("y"), y.get("normalized"), y.get("inverse"))))
                .backward((k, x, saved, dy, dx) -> k.norms()
                        .scaleNormGradient(
                                new NormBackward<>(
                                        dy.get("y"), saved.get("normalized"), saved.get("inverse"), x.get("gamma")),
                                norm,
                                new ScaleNormInputs<>(dx.get("x"), dx.get("gamma"))))
                .build();
    }

    static Operation sumNorm(Draw draw, RowKind kind) {
        NormCall norm = new NormCall(kind, draw.dropout(SITE), draw.epsilon());
        int rows = draw.batch().rows(kind);
        int width = draw.width();
        return Operation.on(draw)
                .input("h", rows, width)
                .input("residual", rows, width)
                .input("gamma", width)
                .result("y", rows, width)
                .result("sum", rows, width)
                .output("normalized", Role.FOR_BACKWARD, rows, width)
                .output("inverse", Role.FOR_BACKWARD, rows)
                .forward((k, x, y) -> k.norms()
                        .sumNorm(
                                sumNorm(x),
                                norm,
                                new SumNormalized<>(y.get("y"), y.get("sum"), y.get("normalized"), y.get("inverse"))))
                .backward((k, x, saved, dy, dx) -> k.norms()
                        .sumNormGradient(
                                new SumNormBackward<>(
                                        dy.get("y"),
                                        dy.get("sum"),
                                        saved.get("normalized"),
                                        saved.get("inverse"),
                                        x.get("gamma")),
                                norm,
                                sumNorm(dx)))
                .mayBe(InPlace.FORWARD)
                .build();
    }

    private static SumNormInputs<DeviceArray> sumNorm(Operation.Named arrays) {
        return new SumNormInputs<>(arrays.get("h"), arrays.get("residual"), arrays.get("gamma"));
    }

    static Operation gatedGelu(Draw draw) {
        GateCall gate = new GateCall(RowKind.TOKEN, draw.dropout(SITE));
        int rows = draw.tokens();
        int width = draw.width();
        float[] h = draw.entries(rows, 2L * width);
        for (int i = 0; i < h.length; i++) {
            h[i] *= 4; // to where gelu is flat
        }
        return Operation.on(draw)
                .input("h", h, rows, 2L * width)
                .result("y", rows, width)
                .output("slopes", Role.FOR_BACKWARD, rows, 2L * width)
                .forward((k, x, y) -> k.rows().gatedGelu(x.get("h"), gate, new Gated<>(y.get("y"), y.get("slopes"))))
                .backward((k, x, saved, dy, dx) -> k.rows()
                        .gatedGeluGradient(new GatedBackward<>(dy.get("y"), saved.get("slopes")), gate, dx.get("h")))
                .build();
    }

    static Operation meanRows(Draw draw) {
        return Operation.on(draw)
                .input("x", draw.tokens(), draw.width())
                .result("y", draw.texts(), draw.width())
                .forward((k, x, y) -> k.rows().meanRows(x.get("x"), y.get("y")))
                .backward((k, x, saved, dy, dx) -> k.rows().meanRowsGradient(dy.get("y"), dx.get("x")))
                .build();
    }

    static Operation nearRows(Draw draw, int kernel) {
        int width = draw.width();
        return Operation.on(draw)
                .input("x", draw.tokens(), width)
                .result("y", draw.tokens(), width * kernel)
                .forward((k, x, y) -> k.rows().nearRows(x.get("x"), kernel, y.get("y")))
                .backward((k, x, saved, dy, dx) -> k.rows().nearRowsGradient(dy.get("y"), kernel, dx.get("x")))
                .build();
    }
}
