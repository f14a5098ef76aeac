// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import org.purespark.config.TransformersRules;
import org.purespark.fuzz.FuzzedReader;

class TokenizerFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        String address = put("/model/tokenizer.json", file);
        String directory = address.replace("/tokenizer.json", "");
        TokenizerDefinition.read(storage, directory, TransformersRules.FILES);
        TokenizerSummary.read(storage, directory);
        TokenizerDefinition.read(storage, directory, TransformersRules.FIVE);
    }
}
