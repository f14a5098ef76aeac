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
 * The labelled texts of the demo: short, generated English reviews of twelve kinds of things, negative (class 0) or
 * positive (class 1). The class depends on how words are combined, by negation, contrast, concession, wishes and
 * hearsay, and less on the words themselves: counting words does not solve it. No text is copied from anywhere.
 */
public final class ReviewCorpus {
    /** Names of the classes, by index. */
    public static final List<String> LABELS = List.of("negative", "positive");

    /** Fewest and most words of a text. */
    public static final int LEAST_WORDS = 4;

    public static final int MOST_WORDS = 30;

    private static final int ATTEMPTS = 1000;
    private static final List<Domain> DOMAINS = Domains.all();

    private ReviewCorpus() {}

    /**
     * Distinct reviews in a random order, as many negative as positive ones (one more negative where {@code texts} is
     * odd). Any range of them can serve as a split.
     *
     * @param seed the same seed and number give the same texts
     * @param texts how many, at least 1; tens of thousands are possible
     * @throws InputException if there are not so many distinct texts
     */
    public static List<TextOfClass> generate(long seed, int texts) {
        if (texts < 1) {
            throw new InputException("a corpus of " + texts + " reviews: ask for at least 1");
        }
        int[] labels = new int[texts];
        for (int i = 0; i < texts; i++) {
            labels[i] = i % LABELS.size();
        }
        SeededRandom.of(seed, Purpose.CORPUS).shuffle(labels);

        Set<String> known = new HashSet<>();
        List<TextOfClass> corpus = new ArrayList<>(texts);
        for (int i = 0; i < texts; i++) {
            corpus.add(new TextOfClass(newReview(seed, i, Polarity.values()[labels[i]], known), labels[i]));
        }
        return List.copyOf(corpus);
    }

    private static String newReview(long seed, int index, Polarity polarity, Set<String> known) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            SeededRandom random = SeededRandom.of(seed, Purpose.CORPUS, index, attempt);
            Domain domain = DOMAINS.get(random.nextInt(DOMAINS.size()));
            String review = new ReviewGrammar(domain, random).review(polarity);
            int words = review.split(" ").length;
            if (words >= LEAST_WORDS && words <= MOST_WORDS && known.add(review.toLowerCase(Locale.ROOT))) {
                return review;
            }
        }
        throw new InputException("no new review found after " + index + " distinct ones: ask for fewer");
    }
}
