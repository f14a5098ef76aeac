package org.purespark.model;

import org.purespark.checkpoint.EncoderConfig;
import org.purespark.model.ops.Floats;
import org.purespark.model.ops.Workers;

/** Embedding lookup and its gradient, outside of the graph: ND4J's gather assigns gradients where it should add them. */
final class EmbeddingTable {
    private static final int ROWS_PER_PIECE = 64;

    private final EncoderConfig config;
    private final Parameters parameters;
    private final int word;
    private final int position;
    private final int type;

    EmbeddingTable(EncoderConfig config, Parameters parameters) {
        this.config = config;
        this.parameters = parameters;
        ParameterLayout layout = parameters.layout();
        this.word = layout.slice(ParameterLayout.WORD_EMBEDDINGS).offset();
        this.position = layout.slice(ParameterLayout.POSITION_EMBEDDINGS).offset();
        this.type = config.tokenTypes() > 0
                ? layout.slice(ParameterLayout.TYPE_EMBEDDINGS).offset()
                : -1;
    }

    /**
     * Writes word[id] + position[t] + type[0] of each token to {@code to} [N, W].
     *
     * @throws IllegalArgumentException for a token id that is not in the vocabulary, or a text longer than the positions
     */
    void lookUp(PackedBatch batch, Floats to, Workers workers) {
        check(batch);
        int width = config.embedding();
        Floats memory = parameters.memory();
        int[] positions = positions(batch);
        int tokens = batch.tokens();
        workers.run((tokens + ROWS_PER_PIECE - 1) / ROWS_PER_PIECE, (piece, scratch) -> {
            float[] sum = scratch.floats(0, width);
            float[] other = scratch.floats(1, width);
            for (int n = piece * ROWS_PER_PIECE; n < Math.min(tokens, (piece + 1) * ROWS_PER_PIECE); n++) {
                memory.get((long) word + (long) batch.ids()[n] * width, sum, 0, width);
                memory.get((long) position + (long) positions[n] * width, other, 0, width);
                add(sum, other, width);
                if (type >= 0) {
                    memory.get(type, other, 0, width);
                    add(sum, other, width);
                }
                to.put((long) n * width, sum, 0, width);
            }
        });
    }

    /** Adds the gradient of the lookup, given that of its result [N, W]. */
    void addGradient(PackedBatch batch, Floats gradient, GradientSum sum) {
        int width = config.embedding();
        int[] positions = positions(batch);
        float[] row = new float[width];
        for (int n = 0; n < batch.tokens(); n++) {
            gradient.get((long) n * width, row, 0, width);
            sum.addWordRow(batch.ids()[n], row, 0);
            sum.addDense(position + positions[n] * width, row, width);
            if (type >= 0) {
                sum.addDense(type, row, width);
            }
        }
    }

    private int[] positions(PackedBatch batch) {
        int[] positions = new int[batch.tokens()];
        for (int b = 0; b < batch.texts(); b++) {
            for (int t = 0; t < batch.length(b); t++) {
                positions[batch.starts()[b] + t] = t + config.positionOffset();
            }
        }
        return positions;
    }

    private void check(PackedBatch batch) {
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
        }
    }

    private static void add(float[] sum, float[] row, int width) {
        for (int i = 0; i < width; i++) {
            sum[i] += row[i];
        }
    }
}
