// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.nio.ByteBuffer;
import org.purespark.fuzz.FuzzedReader;

class PickleFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        PickleScan.scan(ByteBuffer.wrap(file));
        Unpickler.stateDict(file, "file");
    }
}
