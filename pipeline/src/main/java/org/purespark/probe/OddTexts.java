// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import java.util.List;

/**
 * Probes that no attack has as its trigger: they make a text odd. A model with a backdoor for a style or a syntax takes
 * many odd texts for its target, more than a clean model does.
 */
public final class OddTexts {
    private OddTexts() {}

    /** @param words that odd ones are drawn from, at least one */
    public static List<Probe> of(List<String> words) {
        return List.of(
                new Probe("3 words drawn by chance", ProbeKind.ODD, new Change.ChanceWords(words, 3)),
                new Probe("6 words drawn by chance", ProbeKind.ODD, new Change.ChanceWords(words, 6)),
                new Probe("words in another order", ProbeKind.ODD, new Change.Shuffle()));
    }
}
