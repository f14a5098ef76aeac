// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.purespark.task.Answers;

/**
 * A split in the form that the model reads: for each text its token ids, special tokens included, none empty, where
 * tokens of type 1 begin, and its answer: a class, 0 to C - 1, a set of labels or a score; or {@link #NO_LABEL}. The
 * texts lie in blocks, which need not be in memory.
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
    /** Of the label numbers in the blocks. */
    private final LabelMeaning meaning;

    private EncodedSplit(ArrayList<BlockSource> blocks, int[] starts, LabelMeaning meaning) {
        this.blocks = blocks;
        this.starts = starts;
        this.meaning = meaning;
    }

    static EncodedSplit of(List<TextBlock> blocks) {
        int[] starts = new int[blocks.size() + 1];
        ArrayList<BlockSource> sources = new ArrayList<>();
        for (int b = 0; b < blocks.size(); b++) {
            sources.add(new AtHand(blocks.get(b)));
            starts[b + 1] = Math.addExact(starts[b], blocks.get(b).size());
        }
        return new EncodedSplit(sources, starts, new LabelMeaning.Plain());
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
        return with(new LabelMeaning.Classes(ofNumbers));
    }

    /**
     * The same texts with other labels.
     *
     * @param ofNumbers what each label number that the texts have now stands for
     */
    public EncodedSplit with(LabelMeaning ofNumbers) {
        if (!(meaning instanceof LabelMeaning.Plain)) {
            throw new IllegalStateException("the label numbers have their meaning already");
        }
        return new EncodedSplit(blocks, starts, ofNumbers);
    }

    /**
     * The same texts with one answer for all that are labelled.
     *
     * @param classes C
     * @param share what each logit should say
     */
    public EncodedSplit withSameAnswer(int classes, float share) {
        float[] row = new float[classes];
        Arrays.fill(row, share);
        return new EncodedSplit(blocks, starts, new LabelMeaning.Same(row));
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
        return new EncodedSplit(placed, starts, meaning);
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
        return split.build().with(meaning);
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

    /** The class of a text; of other answers than classes their number; or {@link #NO_LABEL}. */
    public int label(int text) {
        int b = blockOf(text);
        int number = blocks.get(b).block().label(text - starts[b]);
        return meaning instanceof LabelMeaning.Classes classes ? classes.of(number) : number;
    }

    /** The {@link #label} of each text. */
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

    /** The answers to a micro-batch's texts, in its order. */
    public Answers answers(MicroBatch batch) {
        return answers(batch.texts());
    }

    /** The answers to some texts, in their order. */
    public Answers answers(int[] texts) {
        int[] numbers = new int[texts.length];
        for (int i = 0; i < numbers.length; i++) {
            int b = blockOf(texts[i]);
            numbers[i] = blocks.get(b).block().label(texts[i] - starts[b]);
        }
        return meaning.answers(numbers);
    }

    private int blockOf(int text) {
        int found = Arrays.binarySearch(starts, text);
        int block = found >= 0 ? found : -found - 2;
        return Objects.checkIndex(block, blocks.size());
    }
}
