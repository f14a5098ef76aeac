// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.purespark.batch.LabelMeaning;

/** Numbers the scores of pairs, each with the group of its first text. Groups are numbered from 0 as they are met. */
final class ScoreGroups {
    private final Map<String, Integer> groups = new HashMap<>();
    private final Map<Scored, Integer> numbers = new HashMap<>();
    private final List<Scored> scored = new ArrayList<>();

    private record Scored(float score, int group) {}

    /** The number of a score of that first text. */
    int number(float score, String first) {
        int group = groups.computeIfAbsent(first, text -> groups.size());
        return numbers.computeIfAbsent(new Scored(score, group), one -> {
            scored.add(one);
            return scored.size() - 1;
        });
    }

    /** What the numbers stand for. */
    LabelMeaning.GroupedScores meaning() {
        float[] scores = new float[scored.size()];
        int[] ofScores = new int[scored.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = scored.get(i).score();
            ofScores[i] = scored.get(i).group();
        }
        return new LabelMeaning.GroupedScores(scores, ofScores);
    }
}
