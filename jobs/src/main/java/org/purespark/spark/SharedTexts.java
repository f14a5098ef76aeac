// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.TextBlock;

/**
 * Texts that executors can read: each block is a broadcast variable, which an executor fetches when it needs the block.
 * Spark moves blocks from memory to disk where memory is scarce, on the driver too.
 */
final class SharedTexts implements AutoCloseable {
    private final List<Broadcast<TextBlock>> blocks = new ArrayList<>();
    private final EncodedSplit split;
    private final int from;
    private final int to;
    private final EncodedSplit texts;

    /** A block in a broadcast variable. */
    private record Shared(Broadcast<TextBlock> variable) implements EncodedSplit.BlockSource {
        @Override
        public TextBlock block() {
            return variable.value();
        }
    }

    /**
     * Shares texts of a split.
     *
     * @param from first of them
     * @param to end of them
     */
    SharedTexts(JavaSparkContext spark, EncodedSplit split, int from, int to) {
        this.split = split;
        this.from = from;
        this.to = to;
        texts = split.placed(from, to, block -> {
            Broadcast<TextBlock> variable = spark.broadcast(block);
            blocks.add(variable);
            return new Shared(variable);
        });
    }

    /** The split; only the shared texts can be read. */
    EncodedSplit texts() {
        return texts;
    }

    /** Whether these are the texts of that split, and no others. */
    boolean has(EncodedSplit ofSplit, int ofFrom, int ofTo) {
        return split == ofSplit && from == ofFrom && to == ofTo;
    }

    /** A number that no other shared texts of this application have. */
    long id() {
        return blocks.get(0).id();
    }

    /** Removes the texts from driver and executors. */
    @Override
    public void close() {
        blocks.forEach(Broadcast::destroy);
    }
}
