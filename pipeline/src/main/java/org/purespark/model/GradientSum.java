package org.purespark.model;

import java.util.Arrays;
import org.purespark.model.ops.Floats;
import org.purespark.model.ops.Sums;
import org.purespark.model.ops.Workers;

/**
 * The sum of gradients over micro-batches: dense for all parameters but the word embedding, of which only the touched
 * rows are kept. Sums are made in the order of the calls.
 */
public final class GradientSum {
    private static final int PER_PIECE = 1 << 14;

    private final ParameterLayout layout;
    private final int width;
    private final float[] dense;
    private final int[] slotOfWord;
    private int[] words = new int[256];
    private float[] wordRows;
    private int touched;

    public GradientSum(ParameterLayout layout) {
        this.layout = layout;
        int[] shape = layout.slice(ParameterLayout.WORD_EMBEDDINGS).shape();
        this.width = shape[1];
        this.dense = new float[layout.size() - layout.denseStart()];
        this.slotOfWord = new int[shape[0]];
        Arrays.fill(slotOfWord, -1);
        this.wordRows = new float[words.length * width];
    }

    /** Makes it zero again. */
    public void clear() {
        Arrays.fill(dense, 0f);
        clearWords();
    }

    /** Makes the words' part zero again. */
    public void clearWords() {
        for (int i = 0; i < touched; i++) {
            slotOfWord[words[i]] = -1;
        }
        touched = 0;
    }

    /** Adds {@code rows[from .. from + width)} to a word's row. */
    public void addWordRow(int word, float[] rows, int from) {
        int slot = slotOfWord[word];
        if (slot < 0) {
            slot = touched++;
            slotOfWord[word] = slot;
            if (slot == words.length) {
                words = Arrays.copyOf(words, 2 * slot);
                wordRows = Arrays.copyOf(wordRows, 2 * slot * width);
            }
            words[slot] = word;
            Arrays.fill(wordRows, slot * width, (slot + 1) * width, 0f);
        }
        Sums.add(wordRows, slot * width, rows, from, width);
    }

    /** Adds {@code values[0 .. count)} to the gradients of the parameters from flat offset {@code parameter}. */
    void addDense(int parameter, float[] values, int count) {
        Sums.add(dense, parameter - layout.denseStart(), values, 0, count);
    }

    /** Adds a gradient of {@code count} entries to those of the parameters from flat offset {@code parameter}. */
    void addDense(int parameter, Floats gradient, int count, Workers workers) {
        int start = parameter - layout.denseStart();
        workers.run((count + PER_PIECE - 1) / PER_PIECE, (piece, scratch) -> {
            int from = piece * PER_PIECE;
            int length = Math.min(PER_PIECE, count - from);
            float[] copy = scratch.floats(0, length);
            gradient.get(from, copy, 0, length);
            Sums.add(dense, start + from, copy, 0, length);
        });
    }

    public ParameterLayout layout() {
        return layout;
    }

    /** Gradients of the parameters from {@link ParameterLayout#denseStart} on; the live array. */
    public float[] dense() {
        return dense;
    }

    /** W: entries in a word's row. */
    public int width() {
        return width;
    }

    /** Where a word's row starts in {@link #wordRows}, or -1 for a word that was not touched. */
    public int wordRow(int word) {
        return slotOfWord[word] < 0 ? -1 : slotOfWord[word] * width;
    }

    /** Rows of the touched words; the live array, valid up to touched rows. */
    public float[] wordRows() {
        return wordRows;
    }

    /** Number of touched words. */
    public int touchedWords() {
        return touched;
    }

    /** The touched words, in the order of their rows; the live array. */
    public int[] words() {
        return words;
    }

    /** Sum of squares of the dense gradients of the parameters [from, to). */
    public double denseSquares(int from, int to, Workers workers) {
        return Sums.ofSquares(dense, from - layout.denseStart(), to - layout.denseStart(), workers);
    }

    /** Sum of squares of all word rows. */
    public double wordSquares(Workers workers) {
        return Sums.ofSquares(wordRows, 0, touched * width, workers);
    }
}
