package org.purespark.model.ops;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where queries, keys and values of an attention stand: all in one array [N, 3D], or, where only the first token of each
 * text asks, queries in [B, D] and keys and values in [N, 2D].
 *
 * @param queries of the projections, without bias
 * @param keys and values of the projections, without bias; may be the same array
 * @param hidden D
 */
record Projections(Asking asking, Part queries, Part keys, int hidden) {
    /** Which tokens of a text have a query. */
    enum Asking {
        ALL_TOKENS,
        FIRST_TOKEN
    }

    /**
     * One array.
     *
     * @param bias one for each column
     */
    record Part(Floats rows, float[] bias) {
        int stride() {
            return bias.length;
        }
    }

    /** Arrays that hold projections: values and bias, once or twice. */
    static int arrays(Asking asking) {
        return asking == Asking.ALL_TOKENS ? 2 : 4;
    }

    /** @param arrays values and bias of the one part, or of queries and then of keys and values */
    static Projections of(Asking asking, List<INDArray> arrays) {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < arrays(asking); i += 2) {
            parts.add(new Part(
                    Floats.of(arrays.get(i)), Floats.of(arrays.get(i + 1)).toArray()));
        }
        return of(asking, parts.get(0), parts.get(parts.size() - 1));
    }

    static Projections of(Asking asking, Part queries, Part keys) {
        return new Projections(asking, queries, keys, keys.stride() / (asking == Asking.ALL_TOKENS ? 3 : 2));
    }

    /** Tokens of a text of {@code tokens} that have a query. */
    int queriesOf(int tokens) {
        return asking == Asking.ALL_TOKENS ? tokens : 1;
    }

    /** Row of the text's first query, and of what is made of it. */
    int firstQueryRow(Texts texts, int text) {
        return asking == Asking.ALL_TOKENS ? texts.start(text) : text;
    }

    /** Where a text's softmax blocks, of all heads, start. */
    long softmaxStart(Texts texts, int text, int heads) {
        return heads * (asking == Asking.ALL_TOKENS ? texts.squaresBefore(text) : texts.start(text));
    }

    /** Column of head 0's keys in the rows of keys; that of its values is {@link #hidden} further. */
    int keyColumn() {
        return asking == Asking.ALL_TOKENS ? hidden : 0;
    }

    /** The text's queries with their bias [Q, ..]; head 0's start in column 0. */
    TextRows loadQueries(Scratch scratch, Texts texts, int text) {
        return load(queries, scratch, 16, firstQueryRow(texts, text), queriesOf(texts.length(text)));
    }

    /** The text's keys and values with their bias [T, ..]. */
    TextRows loadKeys(Scratch scratch, Texts texts, int text, TextRows loadedQueries) {
        return asking == Asking.ALL_TOKENS
                ? loadedQueries
                : load(keys, scratch, 17, texts.start(text), texts.length(text));
    }

    private static TextRows load(Part part, Scratch scratch, int slot, int first, int count) {
        return TextRows.in(scratch, slot, count, part.stride())
                .read(part.rows(), first)
                .plus(part.bias());
    }
}
