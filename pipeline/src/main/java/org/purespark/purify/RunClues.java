// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
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

/** The clues that a run directory and the texts of a run give. A variance of layers is measured once. */
final class RunClues implements Clues {
    private final CheckedInputs inputs;
    private final Settings settings;
    private final ModelPasses passes;
    private final RunDirectory directory;
    private final Map<SortedSet<Head>, LayerCoefficients> measured = new HashMap<>();

    RunClues(CheckedInputs inputs, Settings settings, ModelPasses passes, RunDirectory directory) {
        this.inputs = inputs;
        this.settings = settings;
        this.passes = passes;
        this.directory = directory;
    }

    @Override
    public Settings settings() {
        return settings;
    }

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
        LayerCoefficients known = measured.get(pruned);
        if (known == null) {
            Statistics statistics = passes.statistics(
                    "normalize: layer variances of the pruned baseline",
                    Subject.baseline(directory).source(),
                    pruned);
            known = LayerCoefficients.of(statistics.variances().scores(), pruned);
            measured.put(new TreeSet<>(pruned), known);
        }
        return known;
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
