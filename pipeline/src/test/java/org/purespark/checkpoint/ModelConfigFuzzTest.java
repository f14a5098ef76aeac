// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import org.purespark.fuzz.FuzzedReader;

/** {@code config.json} beside the weights of a tiny model. */
class ModelConfigFuzzTest extends FuzzedReader {
    private final byte[] weights;

    ModelConfigFuzzTest() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("/pytorch/safetensors/model.safetensors")) {
            weights = in.readAllBytes();
        }
    }

    @Override
    protected void read(byte[] file) throws IOException {
        String config = put("/model/config.json", file);
        put("/model/model.safetensors", weights);
        String model = config.substring(0, config.lastIndexOf('/'));
        CheckpointSurveyor.survey(storage, ModelAddress.of(model));
        new CheckpointReader(storage).read(model);
    }
}
