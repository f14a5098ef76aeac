// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes a split, text after text. It holds one block in memory; full blocks go to the store. */
public final class SplitBuilder {
    /** Ids of a full block. */
    private static final int BLOCK_IDS = 1 << 21;

    /** Texts of a full block. */
    private static final int BLOCK_TEXTS = 1 << 17;

    private final BlockStore store;
    private final int blockIds;
    private final List<TextBlock> blocks = new ArrayList<>();
    private int[] labels = new int[16];
    private int[] ends = new int[16];
    private int[] seconds = new int[16];
    private int[] ids = new int[256];
    private int texts;
    private int count;

    public SplitBuilder(BlockStore store) {
        this(store, BLOCK_IDS);
    }

    /** @param blockIds ids from which a block is full; the texts do not depend on it */
    public SplitBuilder(BlockStore store, int blockIds) {
        this.store = store;
        this.blockIds = blockIds;
    }

    /**
     * Adds a text of which all tokens have type 0.
     *
     * @param tokenIds at least one
     * @param label its class or label number, or {@link EncodedSplit#NO_LABEL}
     */
    public void add(int[] tokenIds, int label) {
        add(tokenIds, tokenIds.length, label);
    }

    /**
     * Adds a text.
     *
     * @param tokenIds T, at least one
     * @param second index of the first token of type 1, all tokens before it have type 0; T if there is none
     * @param label its class or label number, or {@link EncodedSplit#NO_LABEL}
     */
    public void add(int[] tokenIds, int second, int label) {
        if (texts == labels.length) {
            labels = Arrays.copyOf(labels, 2 * texts);
            ends = Arrays.copyOf(ends, 2 * texts);
            seconds = Arrays.copyOf(seconds, 2 * texts);
        }
        if (count + tokenIds.length > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(count + tokenIds.length, 2 * ids.length));
        }
        System.arraycopy(tokenIds, 0, ids, count, tokenIds.length);
        count += tokenIds.length;
        labels[texts] = label;
        seconds[texts] = second;
        ends[texts++] = count;
        if (count >= blockIds || texts == BLOCK_TEXTS) {
            blocks.add(new TextBlock(store.keep(TextBlock.encode(texts, labels, ends, seconds, ids))));
            texts = 0;
            count = 0;
        }
    }

    /** The split of all texts added; no more can be added. */
    public EncodedSplit build() {
        if (texts > 0) {
            blocks.add(new TextBlock(TextBlock.encode(texts, labels, ends, seconds, ids)));
        }
        texts = 0;
        ids = new int[0];
        return EncodedSplit.of(blocks);
    }
}
