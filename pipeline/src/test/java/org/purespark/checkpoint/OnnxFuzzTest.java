// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.purespark.fuzz.FuzzedReader;

class OnnxFuzzTest extends FuzzedReader {
    private static final String TOKENIZER = "{\"version\":\"1.0\",\"model\":{\"type\":\"WordPiece\",\"vocab\":"
            + "{\"[PAD]\":0,\"[UNK]\":1,\"[CLS]\":2,\"[SEP]\":3,\"[MASK]\":4,\"a\":5,\"b\":6}}}";

    @Override
    protected void read(byte[] file) throws IOException {
        String tokenizer = put("/tokenizer.json", TOKENIZER.getBytes(StandardCharsets.UTF_8));
        new OnnxConverter(storage)
                .convertFiles(put("/model.onnx", file), tokenizer, tokenizer.replace("tokenizer.json", "out"));
    }
}
