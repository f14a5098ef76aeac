// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import org.purespark.fuzz.FuzzedReader;

class PickledFileFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) throws IOException {
        PickledFile.scan(storage, put("/optimizer.pt", file));
    }
}
