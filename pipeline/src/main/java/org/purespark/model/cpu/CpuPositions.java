// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.purespark.encoder.DistanceTable;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.PositionKernels;
import org.purespark.model.engine.TextBatch;
import org.purespark.random.DropoutMask;

/** Attention that knows of positions; each text, or a few of them, are one piece of work. */
final class CpuPositions implements PositionKernels {
    /** A score that no other is below. */
    private static final float LOWEST = -1e30f;

    /** Texts whose gradients of distances are summed in one array: fixed, so that the order of summing is fixed too. */
    private static final int TEXTS_PER_SUM = 4;

    private final Workers workers;
    private final TextBatch batch;
    /** Each layer turns by the same angles, but for the base. */
    private final Map<Double, Rotation> rotations = new HashMap<>();

    CpuPositions(Workers workers, TextBatch batch) {
        this.workers = workers;
        this.batch = batch;
    }

    /** Number of sums of gradients of distances. */
    static int pieces(int texts) {
        return (texts + TEXTS_PER_SUM - 1) / TEXTS_PER_SUM;
    }

    private Rotation rotation(double base, int headSize) {
        return rotations.computeIfAbsent(base, none -> new Rotation(base, headSize, batch.longest()));
    }

    @Override
    public void rotaryAttention(DeviceArray of, RotaryCall call, Attended<DeviceArray> out) {
        HostArray qkv = HostArray.of(of);
        int width = qkv.size(1);
        int headSize = width / 3 / call.attention().heads();
        Rotation rotation = rotation(call.base(), headSize);
        AttendedRows rows = new AttendedRows(out, call.attention());
        List<HeadPiece> pieces = HeadPiece.of(batch, call.attention().heads());
        workers.run(pieces.size(), (number, scratch) -> {
            HeadPiece piece = pieces.get(number);
            TextRows turned = piece.qkv(qkv, batch, scratch); // [T, 3GE]
            rotation.turn(turned, 2 * (turned.stride() / 3));
            HeadBlock block = new HeadBlock(scratch, turned, piece);
            rows.attend(piece, scratch, block, head -> attendWithin(call.reach(), batch.length(piece.text()), block));
        });
    }

    /** The softmax of a selected head over the tokens within reach. */
    private static void attendWithin(int reach, int tokens, HeadBlock block) {
        block.score();
        if (reach < tokens - 1) {
            block.leaveOut(reach, LOWEST);
            block.normalize();
            block.leaveOut(reach, 0f);
        } else {
            block.normalize();
        }
    }

    @Override
    public void rotaryAttentionGradient(RotaryBackward<DeviceArray> in, RotaryCall call, DeviceArray gradient) {
        HostArray qkv = HostArray.of(in.qkv());
        int width = qkv.size(1);
        int headSize = width / 3 / call.attention().heads();
        Rotation rotation = rotation(call.base(), headSize);
        AttendedGradients given = new AttendedGradients(
                call.attention(), HostArray.of(in.contextGradient()), HostArray.of(in.clsGradient()));
        HostArray toQkv = HostArray.of(gradient);
        List<HeadPiece> pieces = HeadPiece.of(batch, call.attention().heads());
        workers.run(pieces.size(), (number, scratch) -> {
            HeadPiece piece = pieces.get(number);
            int tokens = batch.length(piece.text());
            TextRows turned = piece.qkv(qkv, batch, scratch); // [T, 3GE]
            rotation.turn(turned, 2 * (turned.stride() / 3));
            TextRows toRows = TextRows.in(scratch, tokens, turned.stride()); // [T, 3GE]
            HeadBlock block = new HeadBlock(scratch, turned, piece);
            given.backward(
                    piece,
                    scratch,
                    block,
                    toRows,
                    head -> attendWithin(call.reach(), tokens, block),
                    (head, ofScores, backward) -> {});
            rotation.turnBack(toRows, 2 * (turned.stride() / 3));
            piece.writeQkv(toRows, toQkv, batch);
        });
    }

    /** The scores of a selected head, and their softmax. */
    private interface Attend {
        void attend(int head);
    }

    /** What attention gives, piece by piece. */
    private final class AttendedRows {
        private final AttentionCall attention;
        private final HostArray context;
        private final HostArray cls;

        AttendedRows(Attended<DeviceArray> out, AttentionCall attention) {
            this.attention = attention;
            this.context = HostArray.of(out.context());
            this.cls = HostArray.ofNullable(out.clsAttention());
        }

        void attend(HeadPiece piece, Scratch scratch, HeadBlock block, Attend attend) {
            float[] gates = batch.gates(attention.layer());
            int headSize = context.size(1) / gates.length;
            int tokens = batch.length(piece.text());
            TextRows ofContext = TextRows.in(scratch, tokens, piece.count() * headSize); // [T, GE]
            TextRows ofCls = TextRows.in(scratch, tokens, piece.count()); // [T, G]
            float[] room = block.contextRoom(scratch);
            DropoutMask mask = attention.dropout().maskOf(batch, piece.text());
            for (int head = piece.first(); head < piece.end(); head++) {
                if (gates[head] == 0) {
                    ofContext.clear((head - piece.first()) * headSize, headSize);
                    ofCls.clear(head - piece.first(), 1);
                    continue;
                }
                block.select(head);
                while (block.next()) {
                    attend.attend(head);
                    block.drop(mask);
                    block.writeContext(room, ofContext);
                    block.writeClsAttention(ofCls);
                }
            }
            piece.write(ofContext, context, batch);
            if (cls != null) {
                piece.write(ofCls, cls, batch);
            }
        }
    }

    /** Adds what a head's scores have beside the product of queries and keys. */
    private interface More {
        void add(int head, SmallProducts.Matrix ofScores, HeadBlock.Gradients backward);
    }

    /** The gradients of what attention gives, piece by piece. */
    private final class AttendedGradients {
        private final AttentionCall attention;
        private final HostArray contextGradient;
        private final HostArray clsGradient;

        AttendedGradients(AttentionCall attention, HostArray contextGradient, HostArray clsGradient) {
            this.attention = attention;
            this.contextGradient = contextGradient;
            this.clsGradient = clsGradient;
        }

        /** Fills {@code toRows} [T, 3GE]. */
        void backward(HeadPiece piece, Scratch scratch, HeadBlock block, TextRows toRows, Attend attend, More more) {
            float[] gates = batch.gates(attention.layer());
            TextRows ofContext = piece.read(contextGradient, batch, scratch); // [T, GE]
            TextRows ofCls = piece.read(clsGradient, batch, scratch); // [T, G]
            HeadBlock.Gradients backward = block.new Gradients(scratch);
            DropoutMask mask = attention.dropout().maskOf(batch, piece.text());
            for (int head = piece.first(); head < piece.end(); head++) {
                if (gates[head] == 0) {
                    piece.clearQkv(toRows, head);
                    continue;
                }
                block.select(head);
                while (block.next()) {
                    attend.attend(head);
                    block.drop(mask);
                    more.add(head, backward.throughSoftmax(ofContext, ofCls, mask), backward);
                }
                backward.write(toRows);
            }
        }
    }

    @Override
    public void distanceRows(DeviceArray table, DistanceCall call, DeviceArray y) {
        int width = y.size(1);
        int middle = batch.longest() - 1;
        DropoutMask mask = call.dropout().maskOf(batch, 0);
        float[] row = new float[width];
        for (int r = 0; r < y.size(0); r++) {
            long at = (long) call.distances().row(r - middle) * width;
            table.get(at, row, 0, width);
            if (mask != null) {
                mask.apply(at, row, 0, width);
            }
            Sums.scale(row, call.factor());
            y.put((long) r * width, row, 0, width);
        }
    }

    /** Rows of the table grow with the distance, so each is summed before the next one begins. */
    @Override
    public void distanceRowsGradient(DeviceArray outGradient, DistanceCall call, DeviceArray gradient) {
        DistanceTable distances = call.distances();
        int width = outGradient.size(1);
        int middle = batch.longest() - 1;
        DropoutMask mask = call.dropout().maskOf(batch, 0);
        float[] row = new float[width];
        int r = 0;
        for (int to = 0; to < distances.rows(); to++) {
            float[] sum = new float[width];
            boolean met = false;
            for (; r < outGradient.size(0) && distances.row(r - middle) == to; r++) {
                outGradient.get((long) r * width, row, 0, width);
                Sums.add(sum, 0, row, 0, width);
                met = true;
            }
            if (met && mask != null) {
                mask.apply((long) to * width, sum, 0, width);
            }
            Sums.scale(sum, call.factor());
            gradient.put((long) to * width, sum, 0, width);
        }
    }

    private static float scale(DisentangledCall call, int headSize) {
        return (float) (1 / call.divisor(headSize));
    }

    @Override
    public void disentangledAttention(
            DisentangledInputs<DeviceArray> in, DisentangledCall call, Attended<DeviceArray> out) {
        HostArray qkv = HostArray.of(in.qkv());
        float[] bias = in.bias().toArray();
        int headSize = bias.length / 3 / call.attention().heads();
        float scale = scale(call, headSize);
        DistanceVectors vectors = new DistanceVectors(HostArray.of(in.positions()), call, scale);
        AttendedRows rows = new AttendedRows(out, call.attention());
        List<HeadPiece> pieces = HeadPiece.of(batch, call.attention().heads());
        workers.run(pieces.size(), (number, scratch) -> {
            HeadPiece piece = pieces.get(number);
            TextRows text = piece.qkv(qkv, batch, scratch).plus(piece.ofQkv(bias)); // [T, 3GE]
            HeadBlock block = new HeadBlock(scratch, text, piece, scale, HeadBlock.Part.ALL);
            DistanceProducts distances = new DistanceProducts(scratch, vectors, batch.length(piece.text()), headSize);
            rows.attend(piece, scratch, block, head -> attend(block, distances, head * headSize));
        });
    }

    /** The softmax of a selected head. */
    private static void attend(HeadBlock block, DistanceProducts distances, int column) {
        SmallProducts.Matrix turnedQueries = block.score();
        distances.addTo(block.scores(), turnedQueries, block.keys(), column);
        block.normalize();
    }

    @Override
    public void disentangledAttentionGradient(
            DisentangledBackward<DeviceArray> in, DisentangledCall call, DisentangledInputs<DeviceArray> gradients) {
        HostArray qkv = HostArray.of(in.qkv());
        float[] bias = in.bias().toArray();
        int headSize = bias.length / 3 / call.attention().heads();
        float scale = scale(call, headSize);
        DistanceVectors vectors = new DistanceVectors(HostArray.of(in.positions()), call, scale);
        AttendedGradients given = new AttendedGradients(
                call.attention(), HostArray.of(in.contextGradient()), HostArray.of(in.clsGradient()));
        HostArray toQkv = HostArray.of(gradients.qkv());
        int sums = pieces(batch.texts());
        float[][] biases = new float[sums][bias.length];
        float[][] positions = new float[sums][Math.toIntExact(in.positions().length())];
        // Some texts have one sum. Where each head has columns of its own in it, the heads may be shared among threads.
        int heads = call.attention().heads();
        Slices slices = new Slices(
                heads,
                switch (call.owners()) {
                    case EACH -> HeadPiece.slice(heads, batch.longest());
                    case ALL_IN_COMMON -> heads;
                });
        workers.run(sums * slices.pieces(), (number, scratch) -> {
            int sum = number / slices.pieces();
            int slice = number % slices.pieces();
            int end = Math.min(batch.texts(), (sum + 1) * TEXTS_PER_SUM);
            for (int b = sum * TEXTS_PER_SUM; b < end; b++) {
                int first = slices.first(slice);
                HeadPiece piece = new HeadPiece(b, first, slices.first(slice + 1) - first, slices.columns());
                TextRows text = piece.qkv(qkv, batch, scratch).plus(piece.ofQkv(bias)); // [T, 3GE]
                TextRows toRows = TextRows.in(scratch, batch.length(b), text.stride()); // [T, 3GE]
                HeadBlock block = new HeadBlock(scratch, text, piece, scale, HeadBlock.Part.ALL);
                DistanceProducts distances = new DistanceProducts(scratch, vectors, batch.length(b), headSize);
                given.backward(
                        piece,
                        scratch,
                        block,
                        toRows,
                        head -> attend(block, distances, head * headSize),
                        (head, ofScores, backward) -> distances.backward(
                                ofScores, block.queries(), block.keys(), backward, head * headSize, positions[sum]));
                piece.writeQkv(toRows, toQkv, batch);
                piece.addSum(toRows, biases[sum]);
                scratch.giveBack();
            }
        });
        gradients.bias().put(0, Rows.total(biases, bias.length), 0, bias.length);
        writeTotal(positions, HostArray.of(gradients.positions()));
    }

    /** The sum of the pieces, in their order, row by row. */
    private void writeTotal(float[][] parts, HostArray to) {
        int rows = to.size(0);
        int width = to.size(1);
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            int from = Rows.first(piece) * width;
            int count = Rows.end(piece, rows) * width - from;
            float[] total = scratch.zeros(count);
            for (float[] part : parts) {
                Sums.add(total, 0, part, from, count);
            }
            to.put(from, total, 0, count);
        });
    }
}
