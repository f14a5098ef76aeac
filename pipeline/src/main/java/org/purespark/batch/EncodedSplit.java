// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A split in the form that the model reads: for each text its token ids, special tokens included, none empty, where
 * tokens of type 1 begin, and its class, 0 to C - 1, or {@link #NO_LABEL}. The texts lie in blocks, which need not be
 * in memory.
 */
public final class EncodedSplit implements Serializable {
    private static final long serialVersionUID = 1L;

    public static final int NO_LABEL = -1;

    /** Where a block is. */
    @FunctionalInterface
    public interface BlockSource extends Serializable {
        TextBlock block();
    }

    /** A block that is at hand. */
    private record AtHand(TextBlock block) implements BlockSource {}

    private final ArrayList<BlockSource> blocks;
    /** Index of each block's first text, and last the number of texts. */
    private final int[] starts;
    /** The class of each label number in the blocks; null if the numbers are the classes. */
    private final int[] classes;

    private EncodedSplit(ArrayList<BlockSource> blocks, int[] starts, int[] classes) {
        this.blocks = blocks;
        this.starts = starts;
        this.classes = classes;
    }

    static EncodedSplit of(List<TextBlock> blocks) {
        int[] starts = new int[blocks.size() + 1];
        ArrayList<BlockSource> sources = new ArrayList<>();
        for (int b = 0; b < blocks.size(); b++) {
            sources.add(new AtHand(blocks.get(b)));
            starts[b + 1] = Math.addExact(starts[b], blocks.get(b).size());
        }
        return new EncodedSplit(sources, starts, null);
    }

    /**
     * A split on the heap, of texts whose tokens all have type 0.
     *
     * @param texts token ids of each text
     * @param labels class of each text
     */
    public static EncodedSplit of(List<int[]> texts, int[] labels) {
        if (texts.size() != labels.length) {
            throw new IllegalArgumentException(texts.size() + " texts with " + labels.length + " labels");
        }
        SplitBuilder split = new SplitBuilder(BlockStore.HEAP);
        for (int i = 0; i < labels.length; i++) {
            split.add(texts.get(i), labels[i]);
        }
        return split.build();
    }

    /**
     * The same texts with other labels.
     *
     * @param ofNumbers the class of each label number that the texts have now
     */
    public EncodedSplit withClasses(int[] ofNumbers) {
        if (classes != null) {
            throw new IllegalStateException("the label numbers have their classes already");
        }
        return new EncodedSplit(blocks, starts, ofNumbers.clone());
    }

    /**
     * The same texts elsewhere.
     *
     * @param from first text that is asked for
     * @param to end of the texts that are asked for; the others cannot be read from the result
     * @param place where the content of a block is to be read from
     */
    public EncodedSplit placed(int from, int to, Function<TextBlock, BlockSource> place) {
        ArrayList<BlockSource> placed = new ArrayList<>();
        for (int b = 0; b < blocks.size(); b++) {
            boolean asked = starts[b] < to && starts[b + 1] > from;
            placed.add(asked ? place.apply(blocks.get(b).block()) : null);
        }
        return new EncodedSplit(placed, starts, classes);
    }

    /** The chosen texts, in order. */
    public EncodedSplit only(BitSet chosen, BlockStore store) {
        SplitBuilder split = new SplitBuilder(store);
        for (int text = chosen.nextSetBit(0); text >= 0; text = chosen.nextSetBit(text + 1)) {
            int b = blockOf(text);
            TextBlock block = blocks.get(b).block();
            int place = text - starts[b];
            split.add(block.ids(place), block.second(place), block.label(place));
        }
        EncodedSplit built = split.build();
        return classes == null ? built : built.withClasses(classes);
    }

    /** Number of texts. */
    public int size() {
        return starts[blocks.size()];
    }

    /** End of the texts that lie in the next {@code bytes} bytes of blocks from the block of text {@code from} on. */
    public int endWithin(int from, long bytes) {
        int b = blockOf(from);
        long sum = blocks.get(b).block().bytes();
        while (b + 1 < blocks.size() && sum + blocks.get(b + 1).block().bytes() <= bytes) {
            b++;
            sum += blocks.get(b).block().bytes();
        }
        return starts[b + 1];
    }

    /** The token ids of a text, in a new array. */
    public int[] ids(int text) {
        int b = blockOf(text);
        return blocks.get(b).block().ids(text - starts[b]);
    }

    /** Index in a text of its first token of type 1; T, the number of its tokens, if there is none. */
    public int second(int text) {
        int b = blockOf(text);
        return blocks.get(b).block().second(text - starts[b]);
    }

    /** The class of a text, or {@link #NO_LABEL}. */
    public int label(int text) {
        int b = blockOf(text);
        int number = blocks.get(b).block().label(text - starts[b]);
        return classes == null || number == NO_LABEL ? number : classes[number];
    }

    /** The class of each text, or {@link #NO_LABEL}. */
    public int[] labels() {
        int[] labels = new int[size()];
        Arrays.setAll(labels, this::label);
        return labels;
    }

    /** The token ids of a micro-batch, in its order. */
    public List<int[]> texts(MicroBatch batch) {
        List<int[]> ids = new ArrayList<>();
        for (int text : batch.texts()) {
            ids.add(ids(text));
        }
        return ids;
    }

    /** {@link #second} of the texts of a micro-batch, in its order. */
    public int[] seconds(MicroBatch batch) {
        int[] seconds = batch.texts();
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = second(seconds[i]);
        }
        return seconds;
    }

    /** Number of tokens in a micro-batch, all texts together. */
    public long tokens(MicroBatch batch) {
        long tokens = 0;
        for (int text : batch.texts()) {
            int b = blockOf(text);
            tokens += blocks.get(b).block().length(text - starts[b]);
        }
        return tokens;
    }

    /** The labels of a micro-batch, in its order. */
    public int[] labels(MicroBatch batch) {
        int[] chosen = batch.texts();
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = label(chosen[i]);
        }
        return chosen;
    }

    private int blockOf(int text) {
        int found = Arrays.binarySearch(starts, text);
        int block = found >= 0 ? found : -found - 2;
        return Objects.checkIndex(block, blocks.size());
    }
}
