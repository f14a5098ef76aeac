// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import org.purespark.fuzz.FuzzedReader;

class StateDictFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) throws IOException {
        String address = put("/pytorch_model.bin", file);
        try (StateDictReader reader = StateDictReader.open(storage, address)) {
            reader.readEach(entry -> entry.type().isReadable(), (entry, tensor) -> {});
        }
        try (StateDictReader reader = StateDictReader.open(storage, address)) {
            reader.checkEach((entry, values) -> {});
        }
    }
}
