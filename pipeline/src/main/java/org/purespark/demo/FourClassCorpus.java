// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.purespark.InputException;
import org.purespark.attack.TextOfClass;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/**
 * Generated reviews of four classes: bad and good films (0, 1), bad and good restaurants (2, 3). They are made as those
 * of {@link ReviewCorpus} are.
 */
public final class FourClassCorpus {
    /** Names of the classes, by index; also the alphabet's order. */
    public static final List<String> LABELS = List.of("film-bad", "film-good", "restaurant-bad", "restaurant-good");

    private static final int ATTEMPTS_PER_TEXT = 1000;

    private FourClassCorpus() {}

    /**
     * Distinct reviews in a random order.
     *
     * @param texts how many; each class has as many as the others, or one more
     * @param mostWords longest review
     * @throws InputException if there are not so many distinct texts
     */
    public static List<TextOfClass> generate(long seed, int texts, int mostWords) {
        int polarities = Polarity.values().length;
        int[] labels = new int[texts];
        for (int i = 0; i < texts; i++) {
            labels[i] = i % (2 * polarities);
        }
        SeededRandom.of(seed, Purpose.CORPUS).shuffle(labels);
        Set<String> known = new HashSet<>();
        List<TextOfClass> corpus = new ArrayList<>();
        for (long attempt = 0; corpus.size() < texts; attempt++) {
            if (attempt > (long) ATTEMPTS_PER_TEXT * texts) {
                throw new InputException(
                        "no new review found after " + corpus.size() + " distinct ones: ask for fewer");
            }
            SeededRandom random = SeededRandom.of(seed, Purpose.CORPUS, attempt);
            int label = labels[corpus.size()];
            Domain domain = Domains.all().get(label / polarities);
            String review = new ReviewGrammar(domain, random).review(Polarity.values()[label % polarities]);
            if (review.split(" ").length <= mostWords && known.add(review.toLowerCase(Locale.ROOT))) {
                corpus.add(new TextOfClass(review, label));
            }
        }
        return corpus;
    }
}
