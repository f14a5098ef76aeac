// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.Positions;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.UpdateKernels;

/** Embedding look-up and its gradient, outside the graph: ND4J's gather assigns gradients and does not add them. */
final class EmbeddingTable {
    private final EncoderConfig config;
    private final Parameters parameters;
    /** Flat offsets of the word and, if there are such, position and type embeddings. */
    private final long[] starts;

    EmbeddingTable(EncoderConfig config, Parameters parameters) {
        this.config = config;
        this.parameters = parameters;
        ParameterLayout layout = parameters.layout();
        LongStream.Builder offsets = LongStream.builder();
        offsets.add(layout.slice(EncoderPart.WORD_EMBEDDINGS.weight()).offset());
        if (learnsPositions()) {
            offsets.add(layout.slice(EncoderPart.POSITION_EMBEDDINGS.weight()).offset());
        }
        if (config.tokenTypes() > 0) {
            offsets.add(layout.slice(EncoderPart.TOKEN_TYPE_EMBEDDINGS.weight()).offset());
        }
        this.starts = offsets.build().toArray();
    }

    private boolean learnsPositions() {
        return config.architecture().positions() instanceof Positions.Learned;
    }

    /**
     * Writes word[id] + position[t] + type[0 or 1] of each token to {@code to} [N, W]; the batch must be checked
     * before.
     */
    void lookUp(PackedBatch batch, DeviceArray to, UpdateKernels updates) {
        updates.lookUp(parameters.memory(), starts, rows(batch), to);
    }

    /** Adds the gradient of the look-up, given that of its result [N, W]. */
    void addGradient(PackedBatch batch, DeviceArray gradient, GradientSum sum) {
        int[][] rows = rows(batch);
        sum.addWords(rows[0], gradient);
        for (int s = 1; s < starts.length; s++) {
            sum.addRows(Math.toIntExact(starts[s]), rows[s], gradient);
        }
    }

    /** The row of each token in each embedding: its word, its position, and its type. */
    private int[][] rows(PackedBatch batch) {
        int[][] rows = new int[starts.length][batch.tokens()];
        rows[0] = batch.ids();
        if (learnsPositions()) {
            rows[1] = positions(batch);
        }
        if (config.tokenTypes() > 0) {
            setTypes(batch, rows[starts.length - 1]);
        }
        return rows;
    }

    /** Sets the tokens of type 1 in {@code types} [N], which has type 0 everywhere. */
    private static void setTypes(PackedBatch batch, int[] types) {
        for (int b = 0; b < batch.texts(); b++) {
            Arrays.fill(types, batch.starts()[b] + batch.seconds()[b], batch.starts()[b + 1], 1);
        }
    }

    private int[] positions(PackedBatch batch) {
        Positions kind = config.architecture().positions();
        int[] positions = new int[batch.tokens()];
        for (int b = 0; b < batch.texts(); b++) {
            int next = kind.offset();
            for (int i = batch.starts()[b]; i < batch.starts()[b + 1]; i++) {
                positions[i] = kind.isCounted(batch.ids()[i]) ? next++ : kind.offset() - 1;
            }
        }
        return positions;
    }

    /**
     * @throws IllegalArgumentException for a token id that is not in the vocabulary, a text longer than the positions,
     *     or tokens of type 1 where the model has one type
     */
    void check(PackedBatch batch) {
        for (int id : batch.ids()) {
            if (id < 0 || id >= config.vocabulary()) {
                throw new IllegalArgumentException("token id " + id + " is not in the model's vocabulary of "
                        + config.vocabulary() + ": the tokenizer belongs to another model");
            }
        }
        for (int b = 0; b < batch.texts(); b++) {
            if (batch.length(b) + config.positionOffset() > config.positions()) {
                throw new IllegalArgumentException(
                        "a text of " + batch.length(b) + " tokens: the model has positions for "
                                + (config.positions() - config.positionOffset()) + "; lower text.max-length");
            }
            if (config.tokenTypes() == 1 && batch.hasSecond(b)) {
                throw new IllegalArgumentException(
                        "a text with tokens of type 1: the model has an embedding of type 0 alone");
            }
        }
    }
}
