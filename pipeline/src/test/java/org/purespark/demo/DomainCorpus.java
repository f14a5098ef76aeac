// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.purespark.attack.TextOfClass;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/** Generated reviews with the kind of the reviewed thing as their class: as many classes as are asked for, to twelve. */
public final class DomainCorpus {
    private DomainCorpus() {}

    /**
     * Distinct reviews, good and bad ones, in a random order.
     *
     * @param classes C, 2 to 12; each has as many texts as the others, or one more
     * @param mostWords longest review
     */
    public static List<TextOfClass> generate(long seed, int classes, int texts, int mostWords) {
        List<Domain> domains = Domains.all().subList(0, classes);
        int[] labels = new int[texts];
        for (int i = 0; i < texts; i++) {
            labels[i] = i % classes;
        }
        SeededRandom.of(seed, Purpose.CORPUS).shuffle(labels);
        Set<String> known = new HashSet<>();
        List<TextOfClass> corpus = new ArrayList<>();
        for (int attempt = 0; corpus.size() < texts; attempt++) {
            SeededRandom random = SeededRandom.of(seed, Purpose.CORPUS, attempt);
            int label = labels[corpus.size()];
            Polarity polarity = Polarity.values()[random.nextInt(2)];
            String review = new ReviewGrammar(domains.get(label), random).review(polarity);
            if (review.split(" ").length <= mostWords && known.add(review.toLowerCase(Locale.ROOT))) {
                corpus.add(new TextOfClass(review, label));
            }
        }
        return corpus;
    }
}
