// SPDX-License-Identifier: Apache-2.0
package org.purespark.parquet;

import org.purespark.fuzz.FuzzedReader;
import org.purespark.text.LabelColumn;
import org.purespark.text.TextLimits;
import org.purespark.text.TextRules;

class ParquetTextsFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        new ParquetTexts(storage, TextRules.usual(new TextLimits(100_000, 30)))
                .read(put("/texts.parquet", file), LabelColumn.OPTIONAL);
    }
}
