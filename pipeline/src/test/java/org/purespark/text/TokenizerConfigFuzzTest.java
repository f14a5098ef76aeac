// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.nio.charset.StandardCharsets;
import org.purespark.config.TransformersRules;
import org.purespark.fuzz.FuzzedReader;

class TokenizerConfigFuzzTest extends FuzzedReader {
    private static final String VOCABULARY = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n##s\n";

    @Override
    protected void read(byte[] file) {
        put("/model/vocab.txt", VOCABULARY.getBytes(StandardCharsets.UTF_8));
        String address = put("/model/tokenizer_config.json", file);
        String directory = address.replace("/tokenizer_config.json", "");
        TokenizerDefinition.read(storage, directory, TransformersRules.FILES);
        TokenizerDefinition.read(storage, directory, TransformersRules.FIVE);
    }
}
