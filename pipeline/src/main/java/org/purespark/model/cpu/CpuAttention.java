// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.List;
import org.purespark.model.engine.AttentionKernels;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.TextBatch;
import org.purespark.random.DropoutMask;

/** Attention; a text is one piece of work, or several: {@link HeadPiece}. */
final class CpuAttention implements AttentionKernels {
    private final Workers workers;
    private final TextBatch batch;

    CpuAttention(Workers workers, TextBatch batch) {
        this.workers = workers;
        this.batch = batch;
    }

    @Override
    public void selfAttention(SelfAttentionInputs<DeviceArray> in, AttentionCall attention, Attended<DeviceArray> out) {
        forward(in.qkv(), in.bias(), null, attention, out);
    }

    @Override
    public void bucketAttention(
            BucketAttentionInputs<DeviceArray> in, AttentionCall attention, Attended<DeviceArray> out) {
        forward(in.qkv(), in.bias(), in.table().toArray(), attention, out);
    }

    /** @param table scores of distances [R, A]; null if there are none */
    private void forward(
            DeviceArray ofTokens,
            DeviceArray ofAll,
            float[] table,
            AttentionCall attention,
            Attended<DeviceArray> out) {
        HostArray qkv = HostArray.of(ofTokens);
        float[] bias = ofAll.toArray();
        float[] gates = batch.gates(attention.layer());
        HostArray context = HostArray.of(out.context());
        HostArray cls = HostArray.ofNullable(out.clsAttention());
        int heads = gates.length;
        int headSize = bias.length / 3 / heads;
        List<HeadPiece> pieces = HeadPiece.of(batch, heads);
        workers.run(pieces.size(), (number, scratch) -> {
            HeadPiece piece = pieces.get(number);
            int tokens = batch.length(piece.text());
            TextRows rows = piece.qkv(qkv, batch, scratch).plus(piece.ofQkv(bias)); // [T, 3GE]
            TextRows ofContext = TextRows.in(scratch, tokens, piece.count() * headSize); // [T, GE]
            TextRows ofCls = TextRows.in(scratch, tokens, piece.count()); // [T, G]
            HeadBlock block = new HeadBlock(scratch, rows, piece);
            float[] room = block.contextRoom(scratch);
            BucketScores ofDistance = table == null ? null : new BucketScores(scratch, tokens);
            DropoutMask mask = attention.dropout().maskOf(batch, piece.text());
            for (int head = piece.first(); head < piece.end(); head++) {
                if (gates[head] == 0) {
                    ofContext.clear((head - piece.first()) * headSize, headSize);
                    ofCls.clear(head - piece.first(), 1);
                    continue;
                }
                block.select(head);
                if (ofDistance != null) {
                    ofDistance.read(table, heads, head);
                }
                while (block.next()) {
                    attend(block, ofDistance);
                    block.drop(mask);
                    block.writeContext(room, ofContext);
                    block.writeClsAttention(ofCls);
                }
            }
            piece.write(ofContext, context, batch);
            if (cls != null) {
                piece.write(ofCls, cls, batch);
            }
        });
    }

    /** @param ofDistance scores of the head; null if there are none */
    private static void attend(HeadBlock block, BucketScores ofDistance) {
        if (ofDistance == null) {
            block.attend();
        } else {
            block.attend(ofDistance);
        }
    }

    @Override
    public void selfAttentionGradient(
            SelfAttentionBackward<DeviceArray> in,
            AttentionCall attention,
            SelfAttentionInputs<DeviceArray> gradients) {
        backward(in, null, attention, gradients, null);
    }

    @Override
    public void bucketAttentionGradient(
            BucketAttentionBackward<DeviceArray> in,
            AttentionCall attention,
            BucketAttentionInputs<DeviceArray> gradients) {
        int entries = Math.toIntExact(in.table().length());
        float[][] tables = new float[batch.texts()][entries];
        backward(
                new SelfAttentionBackward<>(in.qkv(), in.bias(), in.contextGradient(), in.clsGradient()),
                in.table().toArray(),
                attention,
                new SelfAttentionInputs<>(gradients.qkv(), gradients.bias()),
                tables);
        gradients.table().put(0, Rows.total(tables, entries), 0, entries);
    }

    /**
     * @param table scores of distances [R, A]; null if there are none
     * @param tables [B][R·A], zeros, takes each text's gradients of scores of distances; null if there are none
     */
    private void backward(
            SelfAttentionBackward<DeviceArray> in,
            float[] table,
            AttentionCall attention,
            SelfAttentionInputs<DeviceArray> gradients,
            float[][] tables) {
        HostArray qkv = HostArray.of(in.qkv());
        float[] bias = in.bias().toArray();
        float[] gates = batch.gates(attention.layer());
        HostArray contextGradient = HostArray.of(in.contextGradient());
        HostArray clsGradient = HostArray.of(in.clsGradient());
        HostArray toQkv = HostArray.of(gradients.qkv());
        int heads = gates.length;
        int headSize = bias.length / 3 / heads;
        float[][] biases = new float[batch.texts()][bias.length];
        List<HeadPiece> pieces = HeadPiece.of(batch, heads);
        workers.run(pieces.size(), (number, scratch) -> {
            HeadPiece piece = pieces.get(number);
            int tokens = batch.length(piece.text());
            TextRows rows = piece.qkv(qkv, batch, scratch).plus(piece.ofQkv(bias)); // [T, 3GE]
            TextRows ofContext = piece.read(contextGradient, batch, scratch); // [T, GE]
            TextRows ofCls = piece.read(clsGradient, batch, scratch); // [T, G]
            TextRows toRows = TextRows.in(scratch, tokens, rows.stride()); // [T, 3GE]
            HeadBlock block = new HeadBlock(scratch, rows, piece);
            HeadBlock.Gradients backward = block.new Gradients(scratch);
            BucketScores ofDistance = tables == null ? null : new BucketScores(scratch, tokens);
            BucketScores toDistance = tables == null ? null : new BucketScores(scratch, tokens);
            DropoutMask mask = attention.dropout().maskOf(batch, piece.text());
            for (int head = piece.first(); head < piece.end(); head++) {
                if (gates[head] == 0) {
                    piece.clearQkv(toRows, head);
                    continue;
                }
                block.select(head);
                if (ofDistance != null) {
                    ofDistance.read(table, heads, head);
                    toDistance.clear();
                }
                while (block.next()) {
                    attend(block, ofDistance);
                    block.drop(mask);
                    backward.throughSoftmax(ofContext, ofCls, mask);
                    if (toDistance != null) {
                        backward.addTo(toDistance);
                    }
                }
                backward.write(toRows);
                if (toDistance != null) {
                    toDistance.writeTo(tables[piece.text()], heads, head, (float) Math.sqrt(headSize));
                }
            }
            piece.writeQkv(toRows, toQkv, batch);
            piece.addSum(toRows, biases[piece.text()]);
        });
        gradients.bias().put(0, Rows.total(biases, bias.length), 0, bias.length);
    }

    @Override
    public void firstTokenAttention(
            FirstTokenInputs<DeviceArray> in, AttentionCall attention, FirstTokenAttended<DeviceArray> out) {
        HostArray u = HostArray.of(in.u());
        HostArray x = HostArray.of(in.x());
        int hidden = x.size(1);
        float[] gates = batch.gates(attention.layer());
        HostArray states = HostArray.of(out.states());
        HostArray sums = HostArray.ofNullable(out.sums());
        HostArray cls = HostArray.ofNullable(out.clsAttention());
        HostArray softmax = HostArray.ofNullable(out.softmax());
        workers.run(batch.texts(), (b, scratch) -> {
            FirstTokenBlock block = new FirstTokenBlock(scratch, batch, b, gates.length, hidden);
            block.read(x);
            block.attend(u);
            if (softmax != null) {
                block.saveTo(softmax);
            }
            block.drop(attention.dropout().maskOf(batch, b), gates);
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
    public void firstTokenAttentionGradient(
            FirstTokenBackward<DeviceArray> in, AttentionCall attention, FirstTokenInputs<DeviceArray> gradients) {
        FirstTokenBlock.Incoming incoming = new FirstTokenBlock.Incoming(
                HostArray.of(in.statesGradient()), HostArray.of(in.sumsGradient()), HostArray.of(in.clsGradient()));
        HostArray softmax = HostArray.of(in.softmax());
        HostArray u = HostArray.of(in.u());
        HostArray x = HostArray.of(in.x());
        int hidden = x.size(1);
        float[] gates = batch.gates(attention.layer());
        HostArray toHeads = HostArray.of(gradients.u());
        HostArray toStates = HostArray.of(gradients.x());
        workers.run(batch.texts(), (b, scratch) -> {
            FirstTokenBlock block = new FirstTokenBlock(scratch, batch, b, gates.length, hidden);
            DropoutMask mask = attention.dropout().maskOf(batch, b);
            block.read(x);
            block.restoreFrom(softmax);
            block.drop(mask, gates);
            block.backward(incoming, u, mask, gates, toHeads, toStates);
        });
    }
}
