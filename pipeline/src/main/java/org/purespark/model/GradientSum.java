// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.UpdateKernels;
import org.purespark.model.engine.UpdateKernels.From;

/**
 * The sum of gradients over micro-batches, in an engine's memory: dense for all parameters but the word embedding, of
 * which only the touched rows are kept. Sums are made in the order of the calls.
 */
public final class GradientSum {
    private static final int FIRST_ROWS = 256;

    private final ParameterLayout layout;
    private final Engine engine;
    private final UpdateKernels updates;
    private final int width;
    private final DeviceArray dense;
    private final int[] rowOfWord;
    private int[] words = new int[FIRST_ROWS];
    private DeviceArray wordRows;
    private int touched;

    public GradientSum(ParameterLayout layout, Engine engine) {
        this.layout = layout;
        this.engine = engine;
        this.updates = engine.updates();
        int[] shape = layout.slice(EncoderPart.WORD_EMBEDDINGS.weight()).shape();
        this.width = shape[1];
        this.dense = engine.allocateState(layout.size() - layout.denseStart());
        this.rowOfWord = new int[shape[0]];
        Arrays.fill(rowOfWord, -1);
        this.wordRows = engine.allocateState((long) words.length * width);
    }

    /** Makes it zero again. */
    public void clear() {
        updates.clear(dense, 0, dense.length());
        clearWords();
    }

    /** Makes the words' part zero again. */
    public void clearWords() {
        for (int i = 0; i < touched; i++) {
            rowOfWord[words[i]] = -1;
        }
        touched = 0;
    }

    /** Leaves out the gradients of all words but these. */
    public void keepWords(BitSet kept) {
        int[] before = Arrays.copyOf(words, touched);
        clearWords();
        for (int at = 0; at < before.length; at++) {
            if (kept.get(before[at])) {
                int row = touched++;
                updates.copy(new From(wordRows, (long) at * width), new From(wordRows, (long) row * width), width);
                rowOfWord[before[at]] = row;
                words[row] = before[at];
            }
        }
    }

    /**
     * Adds to words' rows.
     *
     * @param ids [N] words, which may repeat
     * @param values [N, W]
     */
    void addWords(int[] ids, DeviceArray values) {
        int[] rows = touch(ids);
        updates.scatterAdd(wordRows, 0, rows, values);
    }

    /** Adds {@code row}, of W entries, to a word's row. */
    public void addWordRow(int word, FloatBuffer row) {
        int at = touch(new int[] {word})[0] * width;
        updates.addTo(wordRows, at, row);
    }

    /** The row of each word, which is a row of zeros for a word that is new here. */
    private int[] touch(int[] ids) {
        int[] rows = new int[ids.length];
        int before = touched;
        for (int n = 0; n < ids.length; n++) {
            int row = rowOfWord[ids[n]];
            if (row < 0) {
                row = touched++;
                rowOfWord[ids[n]] = row;
                if (row == words.length) {
                    words = Arrays.copyOf(words, 2 * row);
                }
                words[row] = ids[n];
            }
            rows[n] = row;
        }
        makeRoom(before);
        updates.clear(wordRows, (long) before * width, (long) (touched - before) * width);
        return rows;
    }

    /** Room for the rows of all words; the first {@code used} rows are kept. */
    private void makeRoom(int used) {
        if (wordRows.length() >= (long) words.length * width) {
            return;
        }
        DeviceArray larger = engine.allocateState((long) words.length * width);
        updates.copy(new From(wordRows, 0), new From(larger, 0), (long) used * width);
        wordRows.close();
        wordRows = larger;
    }

    /**
     * Adds to the rows of another embedding.
     *
     * @param parameter flat offset of the embedding
     * @param rows [N], which may repeat
     * @param values [N, W]
     */
    void addRows(int parameter, int[] rows, DeviceArray values) {
        updates.scatterAdd(dense, parameter - layout.denseStart(), rows, values);
    }

    /** Adds a gradient to those of the parameters from flat offset {@code parameter} on. */
    void addDense(int parameter, DeviceArray gradient) {
        updates.addTo(dense, parameter - layout.denseStart(), new From(gradient, 0), gradient.length());
    }

    public ParameterLayout layout() {
        return layout;
    }

    /** Gradients of the parameters from {@link ParameterLayout#denseStart} on; the live array. */
    public DeviceArray dense() {
        return dense;
    }

    /** W: entries in a word's row. */
    public int width() {
        return width;
    }

    /**
     * [V] where a word's gradient is in {@link #wordRows}, in rows, or -1 for a word that is not touched; the live
     * array.
     */
    public int[] rowOfWord() {
        return rowOfWord;
    }

    /** Rows of the touched words; the live array, valid up to touched rows, and until further words are touched. */
    public DeviceArray wordRows() {
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
    public double denseSquares(int from, int to) {
        return updates.squares(dense, from - layout.denseStart(), to - layout.denseStart());
    }

    /** Sum of squares of all word rows. */
    public double wordSquares() {
        return updates.squares(wordRows, 0, (long) touched * width);
    }
}
