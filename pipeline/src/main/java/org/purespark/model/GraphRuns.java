// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.purespark.encoder.EncoderConfig;
import org.purespark.heads.Head;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.graph.GraphSession;

/** Runs an encoder's graph on batches: its inputs are made here. */
final class GraphRuns {
    static final List<float[]> NO_TEACHER = List.of();

    private final EncoderConfig config;
    private final EncoderGraph encoder;
    private final EmbeddingTable embeddings;
    private final GraphSession session;
    private final Engine engine;

    GraphRuns(
            EncoderConfig config,
            EncoderGraph encoder,
            EmbeddingTable embeddings,
            GraphSession session,
            Engine engine) {
        this.config = config;
        this.encoder = encoder;
        this.embeddings = embeddings;
        this.session = session;
        this.engine = engine;
    }

    /** A pass without dropout, loss and taker; give the values back with {@link #release}. */
    Map<String, DeviceArray> read(GraphSession.Wanted wanted, PackedBatch batch, Set<Head> pruned) {
        return run(wanted, reading(batch, pruned), batch, NO_TEACHER, (variable, value) -> {});
    }

    /**
     * A run from the tokens on; give the values back with {@link #release}.
     *
     * @param teacherAttention [N, A] of each layer, or none
     */
    Map<String, DeviceArray> run(
            GraphSession.Wanted wanted,
            TextBatch texts,
            PackedBatch batch,
            List<float[]> teacherAttention,
            GraphSession.Taker taker) {
        embeddings.check(batch);
        Map<String, DeviceArray> inputs = new HashMap<>();
        inputs.put(EncoderGraph.TOKENS, session.lend(batch.tokens(), config.embedding()));
        try {
            for (int l = 0; l < teacherAttention.size(); l++) {
                DeviceArray ofLayer = session.lend(batch.tokens(), config.heads()); // [N, A]
                inputs.put(encoder.teacherInputs().get(l), ofLayer);
                ofLayer.put(0, teacherAttention.get(l), 0, teacherAttention.get(l).length);
            }
            embeddings.lookUp(batch, inputs.get(EncoderGraph.TOKENS), engine.updates());
            return session.run(wanted, texts, inputs, taker);
        } finally {
            session.release(inputs);
        }
    }

    /** A pass that begins with what layers below have given; give the values back with {@link #release}. */
    Map<String, DeviceArray> readOn(
            GraphSession.Wanted wanted, PackedBatch batch, Set<Head> pruned, Map<String, DeviceArray> given) {
        return session.run(wanted, reading(batch, pruned), given, (variable, value) -> {});
    }

    /** A batch of a pass without dropout and loss. */
    TextBatch reading(PackedBatch batch, Set<Head> pruned) {
        TextBatch.Gates gates = new UsedHeads(config, pruned).gates();
        return new TextBatch(batch.starts(), new long[batch.texts()], gates, TextBatch.Targets.NONE);
    }

    /** Takes back the values of a run. */
    void release(Map<String, DeviceArray> values) {
        session.release(values);
    }

    static float[][] rows(DeviceArray array, int width) {
        float[] all = array.toArray();
        float[][] rows = new float[all.length / width][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
        }
        return rows;
    }
}
