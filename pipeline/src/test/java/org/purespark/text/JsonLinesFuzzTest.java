// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import org.purespark.fuzz.FuzzedReader;

class JsonLinesFuzzTest extends FuzzedReader {
    private static final TextRules RULES = TextRules.usual(new TextLimits(1_000_000, 100));

    @Override
    protected void read(byte[] file) {
        TextReader parquet = (address, labels, sink) -> {
            throw new AssertionError(address + " is not Parquet");
        };
        new TextFileReader(storage, parquet, RULES).read(put("/texts.jsonl", file), LabelColumn.OPTIONAL);
    }
}
