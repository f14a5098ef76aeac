// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import org.purespark.checkpoint.AdapterConfigFuzzTest.AdapterParts;
import org.purespark.fuzz.FuzzedReader;

/** {@code adapter_model.safetensors} beside its settings and its base model. */
class AdapterTensorsFuzzTest extends FuzzedReader {
    private final AdapterParts parts = AdapterParts.read();

    @Override
    protected void read(byte[] file) throws IOException {
        String model = parts.put(this::put, parts.config(), file);
        CheckpointSurveyor.survey(storage, ModelAddress.of(model));
        new CheckpointReader(storage).read(ModelAddress.of(model));
    }
}
