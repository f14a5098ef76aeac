// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.model.engine.AttentionKernels;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.TextBatch;
import org.purespark.random.DropoutMask;

/** Attention; each text is one piece of work. */
final class CpuAttention implements AttentionKernels {
    private final Workers workers;
    private final TextBatch batch;

    CpuAttention(Workers workers, TextBatch batch) {
        this.workers = workers;
        this.batch = batch;
    }

    /** The text's rows of q, k, v with their bias [T, 3D]. */
    private TextRows load(HostArray qkv, float[] bias, int text, Scratch scratch) {
        return TextRows.in(scratch, batch.length(text), bias.length)
                .read(qkv, batch.start(text))
                .plus(bias);
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
        int hidden = bias.length / 3;
        int headSize = hidden / heads;
        workers.run(batch.texts(), (b, scratch) -> {
            int tokens = batch.length(b);
            TextRows rows = load(qkv, bias, b, scratch);
            TextRows ofContext = TextRows.in(scratch, tokens, hidden);
            TextRows ofCls = TextRows.in(scratch, tokens, heads);
            HeadBlock block = new HeadBlock(scratch, rows, headSize);
            float[] room = block.contextRoom(scratch);
            BucketScores ofDistance = table == null ? null : new BucketScores(scratch, tokens);
            DropoutMask mask = attention.dropout().maskOf(batch, b);
            for (int head = 0; head < heads; head++) {
                if (gates[head] == 0) {
                    ofContext.clear(head * headSize, headSize);
                    ofCls.clear(head, 1);
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
            ofContext.write(context, batch.start(b));
            if (cls != null) {
                ofCls.write(cls, batch.start(b));
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
        int hidden = bias.length / 3;
        int headSize = hidden / heads;
        float[][] biases = new float[batch.texts()][bias.length];
        workers.run(batch.texts(), (b, scratch) -> {
            int tokens = batch.length(b);
            TextRows rows = load(qkv, bias, b, scratch);
            TextRows ofContext = TextRows.in(scratch, tokens, hidden).read(contextGradient, batch.start(b));
            TextRows ofCls = TextRows.in(scratch, tokens, heads).read(clsGradient, batch.start(b));
            TextRows toRows = TextRows.in(scratch, tokens, bias.length);
            HeadBlock block = new HeadBlock(scratch, rows, headSize);
            HeadBlock.Gradients backward = block.new Gradients(scratch);
            BucketScores ofDistance = tables == null ? null : new BucketScores(scratch, tokens);
            BucketScores toDistance = tables == null ? null : new BucketScores(scratch, tokens);
            DropoutMask mask = attention.dropout().maskOf(batch, b);
            for (int head = 0; head < heads; head++) {
                int column = head * headSize;
                if (gates[head] == 0) {
                    toRows.clear(column, headSize);
                    toRows.clear(hidden + column, headSize);
                    toRows.clear(2 * hidden + column, headSize);
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
                    toDistance.writeTo(tables[b], heads, head, (float) Math.sqrt(headSize));
                }
            }
            toRows.write(toQkv, batch.start(b));
            toRows.addTo(biases[b]);
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
