// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import org.purespark.fuzz.FuzzedReader;

class JsonLinesManifestFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        new ManifestReader(storage).read(put("/sweep.jsonl", file));
    }
}
