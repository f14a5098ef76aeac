// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import org.purespark.fuzz.FuzzedReader;

class SafeTensorsFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) throws IOException {
        String address = put("/model.safetensors", file);
        try (SafeTensorsReader reader = SafeTensorsReader.open(storage, address)) {
            reader.readEach(entry -> entry.type().isReadable(), (entry, tensor) -> {});
        }
        try (SafeTensorsReader reader = SafeTensorsReader.open(storage, address)) {
            reader.checkEach((entry, values) -> {});
        }
    }
}
