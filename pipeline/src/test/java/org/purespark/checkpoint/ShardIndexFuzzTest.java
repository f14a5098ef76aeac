// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import org.purespark.fuzz.FuzzedReader;

class ShardIndexFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) throws IOException {
        String index = put("/model/model.safetensors.index.json", file);
        put("/model/a.safetensors", new byte[0]);
        WeightFiles.find(storage, index.substring(0, index.lastIndexOf('/')));
    }
}
