// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.purespark.batch.EncodedSplit;
import org.purespark.model.Device;
import org.purespark.storage.Storage;

/** Fine-tunes in this process. */
public record LocalFineTuner(Storage storage, Device device) implements FineTuner {
    @Override
    public List<Trainer.StepReport> fineTune(String label, FineTuning fineTuning, EncodedSplit texts) {
        List<Trainer.StepReport> steps = new ArrayList<>();
        try (FineTuning.Loaded loaded = fineTuning.load(storage, device)) {
            loaded.train(texts, Exchange.alone(), steps::add);
        } catch (IOException e) {
            throw new UncheckedIOException(label + " failed", e);
        }
        return steps;
    }
}
