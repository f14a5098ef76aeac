// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.encoder.EncoderConfig;
import org.purespark.storage.Storage;

/** Encoders of which there is a {@code config.json} and no weights. */
enum Shape {
    TINY("tiny"),
    MINI_LM("minilm"),
    BERT_BASE("bert-base"),
    /** 1.3 thousand million parameters. */
    BILLION("billion");

    private final String directory;

    Shape(String directory) {
        this.directory = directory;
    }

    Path directory() {
        return TinyCase.ROOT.resolve("jobs/src/test/resources/shapes").resolve(directory);
    }

    EncoderConfig config() {
        try {
            return new CheckpointReader(new Storage(new Configuration(false)))
                    .readShape(directory().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
