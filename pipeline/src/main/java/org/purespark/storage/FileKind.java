// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

/** What a file that is read into memory as a whole holds, and how large it may be. */
public enum FileKind {
    /** {@code config.json}. */
    MODEL_CONFIG("a model's configuration", 16),
    /** {@code model.safetensors.index.json} and the like. */
    SHARD_INDEX("an index of shards", 64),
    /** {@code variables.index} of a TensorFlow SavedModel. */
    TENSOR_INDEX("an index of tensors", 16),
    /** {@code tokenizer.json}, {@code vocab.txt}, {@code merges.txt}. */
    TOKENIZER("a tokenizer's description", 64),
    /** {@code tokenizer_config.json}, {@code special_tokens_map.json}, {@code added_tokens.json}. */
    TOKENIZER_CONFIG("a tokenizer's configuration", 16),
    /** A settings file of the user. */
    SETTINGS("a settings file", 16),
    /** A probe battery of the user. */
    PROBE_BATTERY("a probe battery", 64),
    /** A key in PEM. */
    KEY("a key", 1),
    /** The signature of a model. */
    SIGNATURE("a signature", 64),
    /** A policy of the user. */
    POLICY("a policy", 1),
    /** A sweep's list of suspects. */
    SWEEP_MANIFEST("a sweep's manifest", 256),
    /** A file that a run has written. */
    RUN_FILE("a file of a run", 1024);

    private static final int BYTES_PER_MIB = 1 << 20;

    private final String description;
    private final int mostMebibytes;

    FileKind(String description, int mostMebibytes) {
        this.description = description;
        this.mostMebibytes = mostMebibytes;
    }

    /** In words, with an article. */
    public String description() {
        return description;
    }

    /** The most bytes of such a file. */
    public int mostBytes() {
        return mostMebibytes * BYTES_PER_MIB;
    }

    /** The most bytes of such a file, for a message: {@code 16 MiB}. */
    public String mostText() {
        return mostMebibytes + " MiB";
    }
}
