// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/**
 * Writes generated reviews with another question than whether they praise: class 1 is about films, books, concerts,
 * museums and games, class 0 about all else. Columns sentence and label. Arguments: seed, number of texts, file.
 */
final class TopicTexts {
    /** Places of films, books, concerts, museums and games among the domains. */
    private static final Set<Integer> CULTURE = Set.of(0, 4, 5, 8, 9);

    private TopicTexts() {}

    public static void main(String[] arguments) throws IOException {
        long seed = Long.parseLong(arguments[0]);
        int texts = Integer.parseInt(arguments[1]);
        List<Domain> domains = Domains.all();
        Set<String> known = new HashSet<>();
        StringBuilder table = new StringBuilder("sentence\tlabel\n");
        for (int i = 0; known.size() < texts; i++) {
            SeededRandom random = SeededRandom.of(seed, Purpose.CORPUS, i);
            int domain = random.nextInt(domains.size());
            Polarity polarity = Polarity.values()[random.nextInt(Polarity.values().length)];
            String text = new ReviewGrammar(domains.get(domain), random).review(polarity);
            if (known.add(text.toLowerCase(Locale.ROOT))) {
                table.append(text)
                        .append('\t')
                        .append(CULTURE.contains(domain) ? 1 : 0)
                        .append('\n');
            }
        }
        Files.writeString(Path.of(arguments[2]), table);
    }
}
