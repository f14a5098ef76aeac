// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.ArrayList;
import java.util.List;
import org.purespark.random.SeededRandom;
import org.purespark.vet.search.Frame;
import org.purespark.vet.search.Scores;
import org.purespark.vet.search.SearchedModel;

/** How much the answer changes where it should not: a token is left out, or two neighbours change places. */
record LogitSpread(SearchedModel model, Frame frame, long seed) {
    private static final int TEXTS = 32;
    private static final int VARIANTS = 4;
    private static final int LEAST_TOKENS = 4;

    /**
     * Mean absolute change of the true class's margin, as a multiple of the mean margin; 0 without texts that are long
     * enough.
     *
     * @param chosen indices of the texts
     */
    double of(CleanTexts texts, List<Integer> chosen) {
        List<Integer> used = chosen.stream()
                .filter(text -> texts.texts().get(text).ids().length - frame.size() >= LEAST_TOKENS)
                .limit(TEXTS)
                .toList();
        List<int[]> variants = new ArrayList<>();
        for (int text : used) {
            SeededRandom random = SeededRandom.of(seed, SeededRandom.Purpose.VET, text, VARIANTS, LEAST_TOKENS);
            for (int variant = 0; variant < VARIANTS; variant++) {
                int[] ids = texts.texts().get(text).ids();
                variants.add(variant % 2 == 0 ? without(ids, random) : swapped(ids, random));
            }
        }
        List<float[]> logits = model.logits("vet: benign changes", variants);
        double changes = 0;
        double margins = 0;
        for (int i = 0; i < variants.size(); i++) {
            int text = used.get(i / VARIANTS);
            int label = texts.texts().get(text).label();
            changes += Math.abs(Scores.margin(logits.get(i), label) - texts.margin(text, label));
            margins += texts.margin(text, label);
        }
        return margins > 0 ? changes / margins : 0;
    }

    private int[] without(int[] ids, SeededRandom random) {
        int at = frame.before().size() + random.nextInt(ids.length - frame.size());
        int[] shorter = new int[ids.length - 1];
        System.arraycopy(ids, 0, shorter, 0, at);
        System.arraycopy(ids, at + 1, shorter, at, shorter.length - at);
        return shorter;
    }

    private int[] swapped(int[] ids, SeededRandom random) {
        int at = frame.before().size() + random.nextInt(ids.length - frame.size() - 1);
        int[] other = ids.clone();
        other[at] = ids[at + 1];
        other[at + 1] = ids[at];
        return other;
    }
}
