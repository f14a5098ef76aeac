// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import org.purespark.fuzz.FuzzedReader;

class ParquetTreesFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        new ParquetTrees(storage).read(put("/rows.parquet", file));
    }
}
