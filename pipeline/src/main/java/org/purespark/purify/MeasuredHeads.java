// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.WeightMeans;
import org.purespark.heads.GateSamples;
import org.purespark.heads.GateSums;
import org.purespark.heads.HeadEvidence;
import org.purespark.heads.HeadScores;
import org.purespark.heads.HeadWeights;
import org.purespark.random.DropoutSamples;
import org.purespark.storage.Storage;

/**
 * What the validation texts and the weights tell of a model's heads.
 *
 * @param variance measured already
 * @param samples of dropout
 */
record MeasuredHeads(
        HeadScores variance, ModelSource model, ModelPasses passes, DropoutSamples samples, Storage storage)
        implements HeadEvidence {
    @Override
    public GateSums gateGradients() {
        return passes.gateGradients("score: gradients on validation texts", model);
    }

    @Override
    public GateSamples gateSamples() {
        String label = "score: gradients on validation texts, " + samples.number() + " times with dropout";
        return passes.gateSamples(label, model, samples);
    }

    @Override
    public HeadWeights weights() throws IOException {
        return WeightMeans.of(new CheckpointReader(storage).read(model.address()));
    }
}
