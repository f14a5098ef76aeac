// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import org.purespark.config.TransformersRules;
import org.purespark.fuzz.FuzzedReader;

class VocabularyFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        String address = put("/model/vocab.txt", file);
        TokenizerDefinition.read(storage, address.replace("/vocab.txt", ""), TransformersRules.FILES);
    }
}
