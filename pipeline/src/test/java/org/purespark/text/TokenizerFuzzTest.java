// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import org.purespark.fuzz.FuzzedReader;

class TokenizerFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        String address = put("/model/tokenizer.json", file);
        TokenizerDefinition.read(storage, address.replace("/tokenizer.json", ""));
        TokenizerSummary.read(storage, address.replace("/tokenizer.json", ""));
    }
}
