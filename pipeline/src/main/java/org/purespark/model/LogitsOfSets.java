// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.purespark.heads.Head;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.graph.GraphSession;

/** Class scores of one batch with several sets of pruned heads, as a {@link LayerTree} says. */
final class LogitsOfSets {
    /** More would save few layers, and each is memory of [N, D], twice that with a norm before each part. */
    static final int MOST_STATES = 4;

    private final EncoderGraph encoder;
    private final GraphRuns runs;
    private final PackedBatch batch;
    private final int classes;
    private final float[][][] logits;

    private LogitsOfSets(EncoderGraph encoder, GraphRuns runs, PackedBatch batch, int classes, int sets) {
        this.encoder = encoder;
        this.runs = runs;
        this.batch = batch;
        this.classes = classes;
        this.logits = new float[sets][][];
    }

    /**
     * [B][C] for each set, in their order.
     *
     * @param layers L
     * @param classes C
     */
    static List<float[][]> of(
            EncoderGraph encoder,
            GraphRuns runs,
            PackedBatch batch,
            List<? extends Set<Head>> prunedSets,
            int layers,
            int classes) {
        LogitsOfSets found = new LogitsOfSets(encoder, runs, batch, classes, prunedSets.size());
        for (LayerTree.Branch branch :
                LayerTree.of(prunedSets, layers, MOST_STATES).branches()) {
            found.follow(branch, Map.of(), Waiting.OTHERS);
        }
        return List.of(found.logits);
    }

    /** What still needs the states that a branch begins with, after its own layers. */
    private enum Waiting {
        OTHERS,
        NOTHING
    }

    /**
     * Computes a branch and all that goes on from it.
     *
     * @param begin states that it begins with, [N, D] each; empty at layer 0
     */
    private void follow(LayerTree.Branch branch, Map<String, DeviceArray> begin, Waiting waiting) {
        List<String> kept = branch.isLeaf() ? List.of(EncoderGraph.LOGITS) : encoder.statesAfter(branch.end() - 1);
        List<String> given = branch.begin() == 0 ? List.of() : encoder.statesAfter(branch.begin() - 1);
        GraphSession.Wanted wanted = new GraphSession.Wanted(kept, List.of(), given);
        Map<String, DeviceArray> values;
        try {
            values = branch.begin() == 0
                    ? runs.read(wanted, batch, branch.pruned())
                    : runs.readOn(wanted, batch, branch.pruned(), begin);
        } finally {
            if (waiting == Waiting.NOTHING) {
                runs.release(begin);
            }
        }
        if (branch.isLeaf()) {
            float[][] ofSets = GraphRuns.rows(values.get(EncoderGraph.LOGITS), classes); // [B][C]
            runs.release(values);
            branch.sets().forEach(set -> logits[set] = ofSets);
            return;
        }
        int last = branch.next().size() - 1;
        for (int i = 0; i <= last; i++) {
            follow(branch.next().get(i), values, i == last ? Waiting.NOTHING : Waiting.OTHERS);
        }
    }
}
