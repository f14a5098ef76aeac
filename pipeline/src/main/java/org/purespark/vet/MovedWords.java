// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.purespark.InputException;
import org.purespark.vet.search.Words;

/**
 * Words whose rows of the word embedding have moved from those of the clean encoder. Fine-tuning moves the rows of
 * words that its texts have, more where there are many of them; a word that clean texts do not have should not have
 * moved far.
 *
 * @param ids words that clean texts do not have and whose rows have moved, the farthest first
 * @param distance how far the first of them has moved, as a multiple of how far the rows of the words of clean texts
 *     move (95 of 100 move less); 0 if there are none
 */
record MovedWords(List<Integer> ids, double distance) {
    private static final double OF_SEEN = 0.95;
    /** A row that only weight decay has touched moves less than this part of the others. */
    private static final double MOVED = 0.1;

    private static final int MOST = 64;
    /** Fine-tuning moves a row by some hundredths of its length; rows of two encoders are more than a length apart. */
    private static final double OTHER_ENCODER = 0.5;

    MovedWords {
        ids = List.copyOf(ids);
    }

    /**
     * @param clean word embedding of the clean encoder, of the same shape
     * @param texts clean texts: token ids
     * @return empty if the rows have not been trained, which tells nothing
     * @throws InputException if the rows of most words are far away from the clean encoder's
     */
    static Optional<MovedWords> of(Words words, float[] clean, List<int[]> texts) {
        boolean[] seen = new boolean[clean.length / words.width()];
        texts.forEach(text -> Arrays.stream(text).forEach(id -> seen[id] = true));
        double[] distances = words.distances(clean);
        double[] ofSeen = IntStream.range(0, distances.length)
                .filter(i -> seen[words.ids()[i]])
                .mapToDouble(i -> distances[i])
                .sorted()
                .toArray();
        requireNear(words, distances, ofSeen);
        double usual = ofSeen.length == 0 ? 0 : ofSeen[(int) (OF_SEEN * (ofSeen.length - 1))];
        if (usual <= 0) {
            return Optional.empty();
        }
        List<Integer> moved = IntStream.range(0, distances.length)
                .filter(i -> !seen[words.ids()[i]] && distances[i] > MOVED * usual)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -distances[i]).thenComparingInt(i -> i))
                .limit(MOST)
                .toList();
        return Optional.of(new MovedWords(
                moved.stream().map(i -> words.ids()[i]).toList(),
                moved.isEmpty() ? 0 : distances[moved.get(0)] / usual));
    }

    private static void requireNear(Words words, double[] distances, double[] ofSeen) {
        double[] norms = words.distances(new float[words.embedding().length]);
        Arrays.sort(norms);
        double norm = norms[norms.length / 2];
        double middle = ofSeen.length == 0 ? 0 : ofSeen[ofSeen.length / 2];
        if (middle > OTHER_ENCODER * norm) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "--clean-model is not the encoder that the model was made from: the rows of its word embedding are"
                            + " %.3f away from the model's, which are %.3f long; name that encoder, or leave the"
                            + " option out",
                    middle,
                    norm));
        }
    }
}
