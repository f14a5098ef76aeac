// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import org.purespark.fuzz.FuzzedReader;

class CsvManifestFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        new ManifestReader(storage).read(put("/sweep.csv", file));
    }
}
