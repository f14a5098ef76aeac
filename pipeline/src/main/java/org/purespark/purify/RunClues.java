// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.Optional;
import java.util.SortedSet;
import org.purespark.batch.TokenCounts;
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
import org.purespark.task.TaskKind;

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
    public TaskKind task() {
        return inputs.task().kind();
    }

    @Override
    public int[] tokenCounts() {
        return TokenCounts.of(
                inputs.texts().encoded(RunTexts.Split.TRAIN), encoder().vocabulary());
    }

    @Override
    public double[][] neuronActivity() throws IOException {
        return passes.neurons(
                "normalize: activity of the baseline's neurons",
                Subject.baseline(directory).source());
    }

    @Override
    public ModelAddress baseline() {
        return ModelAddress.of(directory.file(RunDirectory.BASELINE));
    }

    @Override
    public Optional<ModelAddress> given(DefenceNeed need) {
        return inputs.given().address(need.input()).map(ModelAddress::of);
    }
}
