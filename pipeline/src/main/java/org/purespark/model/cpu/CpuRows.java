// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.Arrays;
import org.nd4j.linalg.api.ops.impl.transforms.gradient.TanhDerivative;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;
import org.nd4j.linalg.factory.Nd4j;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.DropoutEntries;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.TextBatch;
import org.purespark.random.DropoutMask;

/** Operations on rows, in pieces of some rows each. */
final class CpuRows implements RowKernels {
    /** Entries of a piece, for operations without rows. */
    private static final int PER_PIECE = 1 << 13;

    private final Workers workers;
    private final TextBatch batch;

    CpuRows(Workers workers, TextBatch batch) {
        this.workers = workers;
        this.batch = batch;
    }

    @Override
    public void biasGelu(Biased<DeviceArray> in, Activated<DeviceArray> out) {
        int rows = in.x().size(0);
        int width = in.x().size(1);
        HostArray h = HostArray.of(in.x());
        float[] bias = HostArray.of(in.bias()).toPaddedArray();
        HostArray y = HostArray.of(out.y());
        HostArray slope = HostArray.ofNullable(out.slope());
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] cumulative = scratch.floats(width);
            float[] slopes = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                h.get((long) n * width, row, 0, width);
                if (slope != null) {
                    ErrorFunction.density(row, bias, slopes, width);
                }
                ErrorFunction.gelu(row, bias, cumulative, width);
                y.put((long) n * width, row, 0, width);
                if (slope != null) {
                    Sums.add(slopes, 0, cumulative, 0, width);
                    slope.put((long) n * width, slopes, 0, width);
                }
            }
        });
    }

    @Override
    public void biasActivation(Biased<DeviceArray> in, BiasFunction function, Activated<DeviceArray> out) {
        int rows = in.x().size(0);
        int width = in.x().size(1);
        HostArray h = HostArray.of(in.x());
        float[] bias = HostArray.of(in.bias()).toPaddedArray();
        HostArray y = HostArray.of(out.y());
        HostArray slope = HostArray.ofNullable(out.slope());
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] slopes = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                h.get((long) n * width, row, 0, width);
                Sums.add(row, 0, bias, 0, VectorLanes.padded(width));
                BiasFunctions.apply(function, row, slopes, width);
                y.put((long) n * width, row, 0, width);
                if (slope != null) {
                    slope.put((long) n * width, slopes, 0, width);
                }
            }
        });
    }

    @Override
    public void activatedGradient(ActivatedBackward<DeviceArray> in, Biased<DeviceArray> gradients) {
        int rows = in.outGradient().size(0);
        int width = in.outGradient().size(1);
        HostArray outGradient = HostArray.of(in.outGradient());
        HostArray slope = HostArray.of(in.slope());
        HostArray h = HostArray.of(gradients.x());
        int pieces = Rows.pieces(rows);
        float[][] bias = new float[pieces][width];
        workers.run(pieces, (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] slopes = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                outGradient.get((long) n * width, row, 0, width);
                slope.get((long) n * width, slopes, 0, width);
                for (int i = 0; i < width; i++) {
                    row[i] *= slopes[i];
                }
                Sums.add(bias[piece], 0, row, 0, width);
                h.put((long) n * width, row, 0, width);
            }
        });
        gradients.bias().put(0, Rows.total(bias, width), 0, width);
    }

    @Override
    public void activation(DeviceArray x, EntryFunction activation, DeviceArray y) {
        switch (activation) {
            case GELU -> gelu(x, y);
            case TANH -> Nd4j.exec(
                    new Tanh(HostArray.of(x).matrix(), HostArray.of(y).matrix()));
            case RELU -> {
                float[] values = x.toArray();
                for (int i = 0; i < values.length; i++) {
                    values[i] = Math.max(values[i], 0f);
                }
                y.put(0, values, 0, values.length);
            }
        }
    }

    @Override
    public void activationGradient(ActivationBackward<DeviceArray> in, EntryFunction activation, DeviceArray gradient) {
        switch (activation) {
            case GELU -> geluGradient(in, gradient);
            case TANH -> Nd4j.exec(new TanhDerivative(
                    HostArray.of(in.x()).matrix(),
                    HostArray.of(in.outGradient()).matrix(),
                    HostArray.of(gradient).matrix()));
            case RELU -> {
                float[] values = in.x().toArray();
                float[] outGradient = in.outGradient().toArray();
                for (int i = 0; i < values.length; i++) {
                    values[i] = values[i] > 0 ? outGradient[i] : 0f;
                }
                gradient.put(0, values, 0, values.length);
            }
        }
    }

    /** Of few rows: one thread. */
    private static void gelu(DeviceArray x, DeviceArray y) {
        int width = x.size(1);
        float[] row = new float[VectorLanes.padded(width)];
        float[] zeros = new float[row.length];
        float[] cumulative = new float[row.length];
        for (int r = 0; r < x.size(0); r++) {
            x.get((long) r * width, row, 0, width);
            ErrorFunction.gelu(row, zeros, cumulative, width);
            y.put((long) r * width, row, 0, width);
        }
    }

    private static void geluGradient(ActivationBackward<DeviceArray> in, DeviceArray gradient) {
        int width = gradient.size(1);
        float[] row = new float[VectorLanes.padded(width)];
        float[] zeros = new float[row.length];
        float[] cumulative = new float[row.length];
        float[] slopes = new float[row.length];
        for (int r = 0; r < gradient.size(0); r++) {
            in.x().get((long) r * width, row, 0, width);
            ErrorFunction.density(row, zeros, slopes, width);
            ErrorFunction.gelu(row, zeros, cumulative, width);
            in.outGradient().get((long) r * width, row, 0, width);
            for (int i = 0; i < width; i++) {
                row[i] *= slopes[i] + cumulative[i];
            }
            gradient.put((long) r * width, row, 0, width);
        }
    }

    @Override
    public void gatedGelu(DeviceArray of, GateCall gate, Gated<DeviceArray> out) {
        HostArray h = HostArray.of(of);
        HostArray y = HostArray.of(out.y());
        HostArray slope = HostArray.ofNullable(out.slopes());
        int rows = y.size(0);
        int width = y.size(1);
        float[] zeros = new float[VectorLanes.padded(width)];
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] a = scratch.floats(width);
            float[] b = scratch.floats(width);
            float[] cumulative = scratch.floats(width);
            float[] slopes = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                long at = 2L * n * width;
                h.get(at, a, 0, width);
                h.get(at + width, b, 0, width);
                if (slope != null) {
                    ErrorFunction.density(a, zeros, slopes, width);
                }
                ErrorFunction.gelu(a, zeros, cumulative, width);
                if (slope != null) {
                    for (int i = 0; i < width; i++) {
                        slopes[i] = (slopes[i] + cumulative[i]) * b[i];
                    }
                    slope.put(at, slopes, 0, width);
                    slope.put(at + width, a, 0, width);
                }
                for (int i = 0; i < width; i++) {
                    a[i] *= b[i];
                }
                drop(gate, n, a, width);
                y.put((long) n * width, a, 0, width);
            }
        });
    }

    @Override
    public void gatedGeluGradient(GatedBackward<DeviceArray> in, GateCall gate, DeviceArray gradient) {
        HostArray outGradient = HostArray.of(in.outGradient());
        HostArray slope = HostArray.of(in.slopes());
        HostArray dh = HostArray.of(gradient);
        int rows = outGradient.size(0);
        int width = outGradient.size(1);
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] slopes = scratch.floats(2 * width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                outGradient.get((long) n * width, row, 0, width);
                drop(gate, n, row, width);
                slope.get(2L * n * width, slopes, 0, 2 * width);
                for (int i = 0; i < width; i++) {
                    slopes[i] *= row[i];
                }
                for (int i = 0; i < width; i++) {
                    slopes[width + i] *= row[i];
                }
                dh.put(2L * n * width, slopes, 0, 2 * width);
            }
        });
    }

    private void drop(GateCall gate, int n, float[] row, int width) {
        DropoutMask mask = gate.dropout().maskOf(batch, batch.textOf(gate.rows(), n));
        if (mask != null) {
            mask.apply(DropoutEntries.ofRow(width, batch.tokenOf(gate.rows(), n), 0), row, 0, width);
        }
    }

    @Override
    public void meanRows(DeviceArray x, DeviceArray y) {
        int width = x.size(1);
        float[] row = new float[width];
        for (int b = 0; b < batch.texts(); b++) {
            float[] sum = new float[width];
            for (int t = 0; t < batch.length(b); t++) {
                x.get((long) (batch.start(b) + t) * width, row, 0, width);
                Sums.add(sum, 0, row, 0, width);
            }
            for (int i = 0; i < width; i++) {
                sum[i] /= batch.length(b);
            }
            y.put((long) b * width, sum, 0, width);
        }
    }

    @Override
    public void meanRowsGradient(DeviceArray outGradient, DeviceArray gradient) {
        int width = gradient.size(1);
        float[] row = new float[width];
        for (int b = 0; b < batch.texts(); b++) {
            outGradient.get((long) b * width, row, 0, width);
            for (int i = 0; i < width; i++) {
                row[i] /= batch.length(b);
            }
            for (int t = 0; t < batch.length(b); t++) {
                gradient.put((long) (batch.start(b) + t) * width, row, 0, width);
            }
        }
    }

    @Override
    public void dropRows(DeviceArray x, GateCall call, DeviceArray y) {
        int rows = x.size(0);
        int width = x.size(1);
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                x.get((long) n * width, row, 0, width);
                drop(call, n, row, width);
                y.put((long) n * width, row, 0, width);
            }
        });
    }

    @Override
    public void nearRows(DeviceArray x, int kernel, DeviceArray y) {
        int rows = x.size(0);
        int width = x.size(1);
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] near = scratch.floats(width * kernel);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                for (int k = 0; k < kernel; k++) {
                    int other = n + k - kernel / 2;
                    boolean there = isInText(n, other);
                    if (there) {
                        x.get((long) other * width, row, 0, width);
                    }
                    for (int i = 0; i < width; i++) {
                        near[i * kernel + k] = there ? row[i] : 0;
                    }
                }
                y.put((long) n * width * kernel, near, 0, width * kernel);
            }
        });
    }

    @Override
    public void nearRowsGradient(DeviceArray outGradient, int kernel, DeviceArray gradient) {
        int rows = gradient.size(0);
        int width = gradient.size(1);
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] near = scratch.floats(width * kernel);
            float[] sum = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                Arrays.fill(sum, 0, width, 0f);
                for (int k = 0; k < kernel; k++) {
                    int other = n - k + kernel / 2;
                    if (isInText(n, other)) {
                        outGradient.get((long) other * width * kernel, near, 0, width * kernel);
                        for (int i = 0; i < width; i++) {
                            sum[i] += near[i * kernel + k];
                        }
                    }
                }
                gradient.put((long) n * width, sum, 0, width);
            }
        });
    }

    private boolean isInText(int n, int other) {
        return other >= 0 && other < batch.tokens() && batch.textOfRow(other) == batch.textOfRow(n);
    }

    @Override
    public void firstRows(DeviceArray x, DeviceArray y) {
        int width = x.size(1);
        float[] row = new float[width];
        for (int b = 0; b < batch.texts(); b++) {
            x.get((long) batch.start(b) * width, row, 0, width);
            y.put((long) b * width, row, 0, width);
        }
    }

    @Override
    public void firstRowsGradient(DeviceArray outGradient, DeviceArray gradient) {
        int width = gradient.size(1);
        float[] zeros = new float[width];
        float[] row = new float[width];
        for (int b = 0; b < batch.texts(); b++) {
            outGradient.get((long) b * width, row, 0, width);
            gradient.put((long) batch.start(b) * width, row, 0, width);
            for (int t = 1; t < batch.length(b); t++) {
                gradient.put((long) (batch.start(b) + t) * width, zeros, 0, width);
            }
        }
    }

    @Override
    public void add(Pair<DeviceArray> in, DeviceArray y) {
        int length = Math.toIntExact(y.length());
        workers.run((length + PER_PIECE - 1) / PER_PIECE, (piece, scratch) -> {
            int from = piece * PER_PIECE;
            int count = Math.min(PER_PIECE, length - from);
            float[] sum = scratch.floats(count);
            float[] other = scratch.floats(count);
            in.a().get(from, sum, 0, count);
            in.b().get(from, other, 0, count);
            Sums.add(sum, 0, other, 0, count);
            y.put(from, sum, 0, count);
        });
    }
}
