package org.purespark.model;

import org.purespark.checkpoint.ClassifierKind;
import org.purespark.checkpoint.EncoderConfig;
import org.purespark.model.ops.GraphSession;

/**
 * Memory that one task takes, from above: for micro-batches in which every text is of full length. P parameters
 * are word embeddings P_w and others P_d, which N training tasks share out as far as AdamW's moments go.
 *
 * <p>Heap: moments 8·P_w + 8·P_d/N; gradients 4·P; where N is above 1, the sum of the owned range,
 * 4·P_d/N. Besides, one after the other, a copy of the weights, as read from a checkpoint or as
 * written to one, 4·P, and in exchange what is offered and what has come in, 8·P_d·(N - 1)/N.
 *
 * <p>Off-heap: weights 4·P; the gradients of a matrix or two of each size, which are summed on the heap as they come;
 * for several threads a copy of a product's gradient, at most 4·n·max(3 D, F); activations of n = B·T tokens. Of each
 * layer the backward pass needs 8 arrays [n, D] (q, k, v, context, and of two norms the result and the normalized rows),
 * 2 [n, F] (gelu and its slope) and the attention [B, A, T, T], with CLS attention [n, A], its gradient, and 1/σ [n] of
 * two norms; 4 [n, D], the gradient of q, k and v together and one [n, F] more are in flight. The last layer keeps CLS
 * attention of all tokens, the rest of B first ones alone; of its two arrays [A, B, D] and the gradient of one there are three
 * at once. Arrays come in size classes.
 *
 * <p>Passes without gradients, which come before and after training, take, beside the weights and a copy of their
 * matrices, in each of the task's threads 6 arrays [n, D] (q, k and v of a layer, 3 more) and [n, F] of n = B'·T tokens, B'
 * texts at a time, as much again of first tokens, for each head two arrays [B', D], and CLS attention of all layers: it
 * counts where that is more than training takes.
 *
 * @param parameters P
 * @param heapBytes of the Java heap
 * @param offHeapBytes beside the heap
 */
public record MemoryNeed(long parameters, long heapBytes, long offHeapBytes) {
    /** Context, and of two norms the result and the normalized rows; q, k and v are one array more. */
    private static final int KEPT_HIDDEN = 5;

    private static final int KEPT_INTERMEDIATE = 2;
    private static final int PASSING_HIDDEN = 4;
    /** Of a pass without gradients. */
    private static final int PASS_HIDDEN = 3;

    private static final int PASS_INTERMEDIATE = 1;

    /**
     * What the task trains on, and classifies.
     *
     * @param microBatch B, texts in a micro-batch
     * @param maxTokens T, longest text in tokens
     * @param trainingTasks N, tasks that train together
     * @param threads of the task
     * @param passTexts B', texts that each thread takes at once in a pass without gradients
     */
    public record Work(int microBatch, int maxTokens, int trainingTasks, int threads, int passTexts) {
        public Work {
            if (microBatch < 1 || maxTokens < 1 || trainingTasks < 1 || threads < 1 || passTexts < 1) {
                throw new IllegalArgumentException("micro-batch " + microBatch + ", tokens " + maxTokens + ", tasks "
                        + trainingTasks + ", threads " + threads + " and texts of a pass " + passTexts
                        + " must be at least 1");
            }
        }
    }

    public static MemoryNeed of(EncoderConfig config, Work work) {
        ParameterLayout layout = new ParameterLayout(config, ClassifierKind.LINEAR, 2);
        long all = bytes(layout.size());
        long words = bytes(layout.denseStart());
        long dense = all - words;
        long shared = 2 * ((dense + work.trainingTasks() - 1) / work.trainingTasks());
        long partial = work.trainingTasks() == 1 ? 0 : dense / work.trainingTasks();
        long exchanged = 2 * (dense - dense / work.trainingTasks());
        long heap = 2 * words + shared + all + partial + Math.max(all, exchanged);
        long training = passingGradients(config) + activations(config, work) + copies(config, work);
        long passes = copiesOfMatrices(config) + work.threads() * passWithoutGradients(config, work);
        return new MemoryNeed(layout.size(), heap, all + Math.max(training, passes));
    }

    /** Of each layer q, k and v, one [D, D] and two [F, D]; the last layer's q, the classifier's [D, D], ELECTRA's [D, W]. */
    static long copiesOfMatrices(EncoderConfig config) {
        long d = config.hidden();
        long ofLayer = 4 * d * d + 2 * d * config.intermediate();
        long projection = config.embedding() == config.hidden() ? 0 : d * config.embedding();
        return bytes(config.layers() * ofLayer + 2 * d * d + projection);
    }

    /** What one thread holds. */
    static long passWithoutGradients(EncoderConfig config, Work work) {
        long tokens = (long) work.passTexts() * work.maxTokens();
        return GraphSession.arrayBytes(3 * tokens * config.hidden())
                + PASS_HIDDEN * GraphSession.arrayBytes(tokens * config.hidden())
                + 2 * ofHeads(config, work.passTexts())
                + PASS_INTERMEDIATE * GraphSession.arrayBytes(tokens * config.intermediate())
                + 2 * PASS_HIDDEN * GraphSession.arrayBytes((long) work.passTexts() * config.hidden())
                + PASS_INTERMEDIATE * GraphSession.arrayBytes((long) work.passTexts() * config.intermediate())
                + config.layers() * GraphSession.arrayBytes(tokens * config.heads());
    }

    private static long activations(EncoderConfig config, Work work) {
        long tokens = (long) work.microBatch() * work.maxTokens();
        long ofAll = GraphSession.arrayBytes(3 * tokens * config.hidden())
                + GraphSession.arrayBytes(tokens * work.maxTokens() * config.heads())
                + ofRows(config, tokens);
        long ofFirst = 3 * ofHeads(config, work.microBatch())
                + GraphSession.arrayBytes((long) work.microBatch() * config.hidden())
                + GraphSession.arrayBytes(tokens * config.heads())
                + ofRows(config, work.microBatch());
        long clsAttention = 2 * GraphSession.arrayBytes(tokens * config.heads());
        return (config.layers() - 1) * ofAll
                + ofFirst
                + config.layers() * clsAttention
                + inFlight(config, tokens)
                + inFlight(config, work.microBatch());
    }

    /** What a backward pass has beside what the layers keep: of one layer's q, k and v together a gradient among them. */
    private static long inFlight(EncoderConfig config, long rows) {
        return PASSING_HIDDEN * GraphSession.arrayBytes(rows * config.hidden())
                + GraphSession.arrayBytes(3 * rows * config.hidden())
                + GraphSession.arrayBytes(rows * config.intermediate());
    }

    /** D entries for each head of each first token. */
    private static long ofHeads(EncoderConfig config, int texts) {
        return GraphSession.arrayBytes((long) config.heads() * texts * config.hidden());
    }

    /** What a layer keeps of each token that goes through its feed-forward part. */
    private static long ofRows(EncoderConfig config, long rows) {
        return KEPT_HIDDEN * GraphSession.arrayBytes(rows * config.hidden())
                + KEPT_INTERMEDIATE * GraphSession.arrayBytes(rows * config.intermediate())
                + 2 * GraphSession.arrayBytes(rows);
    }

    /** Of q, k and v together, of one [D, D] and two [F, D]; of biases; of a norm's bias, γ and β. */
    private static long passingGradients(EncoderConfig config) {
        long d = config.hidden();
        long f = config.intermediate();
        long bytes = 0;
        for (long columns : new long[] {3 * d, d, f, f}) {
            bytes += GraphSession.arrayBytes(columns * d) + GraphSession.arrayBytes(columns);
        }
        return bytes + 2 * GraphSession.arrayBytes(d);
    }

    /** What several threads copy of a product's gradient, to each its columns. */
    private static long copies(EncoderConfig config, Work work) {
        long columns = Math.max(3L * config.hidden(), config.intermediate());
        return work.threads() == 1 ? 0 : bytes(work.microBatch() * work.maxTokens() * columns);
    }

    private static long bytes(long floats) {
        return Float.BYTES * floats;
    }
}
