// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import org.purespark.fuzz.FuzzedReader;

/** {@code adapter_config.json} beside the tensors of a tiny adapter and its base model. */
class AdapterConfigFuzzTest extends FuzzedReader {
    private final AdapterParts parts = AdapterParts.read();

    @Override
    protected void read(byte[] file) throws IOException {
        String model = parts.put(this::put, file, parts.tensors());
        CheckpointSurveyor.survey(storage, ModelAddress.of(model));
        new CheckpointReader(storage).read(ModelAddress.of(model));
    }

    /** Files of a tiny adapter and of its base model. */
    record AdapterParts(byte[] baseConfig, byte[] baseWeights, byte[] config, byte[] tensors) {
        /** Puts a file into memory. */
        interface Files {
            String put(String path, byte[] content);
        }

        static AdapterParts read() {
            try {
                return new AdapterParts(
                        bytes("bert-base/config.json"),
                        bytes("bert-base/model.safetensors"),
                        bytes("bert-plain/adapter_config.json"),
                        bytes("bert-plain/adapter_model.safetensors"));
            } catch (IOException e) {
                throw new IllegalStateException("the test resources cannot be read", e);
            }
        }

        private static byte[] bytes(String name) throws IOException {
            return java.nio.file.Files.readAllBytes(TinyModels.resource("adapters/" + name));
        }

        /** @return the adapter's address */
        String put(Files files, byte[] adapterConfig, byte[] adapterTensors) {
            files.put("/models/bert-base/config.json", baseConfig);
            files.put("/models/bert-base/model.safetensors", baseWeights);
            String address = files.put("/models/adapter/adapter_config.json", adapterConfig);
            files.put("/models/adapter/adapter_model.safetensors", adapterTensors);
            return address.substring(0, address.lastIndexOf('/'));
        }
    }
}
