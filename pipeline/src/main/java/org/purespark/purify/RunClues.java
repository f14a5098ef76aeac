// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.SortedSet;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.Settings;
import org.purespark.defence.Clues;
import org.purespark.defence.DefenceNeed;
import org.purespark.encoder.EncoderConfig;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.Head;
import org.purespark.heads.LayerCoefficients;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.PrunedHeadsFile;

/** The clues that a run directory and the texts of a run give. */
record RunClues(CheckedInputs inputs, Settings settings, ModelPasses passes, RunDirectory directory) implements Clues {
    @Override
    public EncoderConfig encoder() {
        return inputs.encoder();
    }

    @Override
    public SortedSet<Head> idleHeads() throws IOException {
        return directory
                .read(RunDirectory.PRUNED_HEADS, PrunedHeadsFile.class, PrunedHeadsFile.SCHEMA)
                .heads();
    }

    @Override
    public double[] coefficients(SortedSet<Head> pruned) throws IOException {
        return layers(pruned).coefficients();
    }

    LayerCoefficients layers(SortedSet<Head> pruned) throws IOException {
        Statistics statistics = passes.statistics(
                "normalize: layer variances of the pruned baseline",
                Subject.baseline(directory).source(),
                pruned);
        return LayerCoefficients.of(statistics.variances().scores(), pruned);
    }

    @Override
    public int[] tokenCounts() {
        int[] counts = new int[encoder().vocabulary()];
        EncodedSplit train = inputs.texts().encoded(RunTexts.Split.TRAIN);
        for (int text = 0; text < train.size(); text++) {
            for (int id : train.ids(text)) {
                counts[id]++;
            }
        }
        return counts;
    }

    @Override
    public double[][] neuronActivity() {
        throw new UnsupportedOperationException("neuron activity");
    }

    @Override
    public ModelAddress baseline() {
        return ModelAddress.of(directory.file(RunDirectory.BASELINE));
    }

    @Override
    public ModelAddress model(DefenceNeed need) {
        String name = need.option().substring(2);
        return ModelAddress.of(inputs.given().address(name).orElseThrow());
    }
}
