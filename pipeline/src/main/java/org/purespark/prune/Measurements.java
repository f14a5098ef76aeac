// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.purespark.heads.Head;

/** A list of sets of pruned heads. The oracle measures a set when it is needed, together with the next ones. */
final class Measurements {
    private final List<Set<Head>> sets;
    private final AccuracyOracle oracle;
    private final LookAhead ahead;
    private final List<Double> known = new ArrayList<>();

    Measurements(List<Set<Head>> sets, AccuracyOracle oracle, LookAhead ahead) {
        this.sets = sets;
        this.oracle = oracle;
        this.ahead = ahead;
    }

    int size() {
        return sets.size();
    }

    Set<Head> set(int index) {
        return sets.get(index);
    }

    /** @throws IllegalStateException if the oracle does not give one accuracy from 0 to 1 for each set */
    double accuracy(int index) {
        while (known.size() <= index) {
            int to = (int) Math.min((long) known.size() + ahead.sets(), sets.size());
            for (int further = 1; to < sets.size() && ahead.takes(sets.get(to - 1), sets.get(to), further); further++) {
                to++;
            }
            List<Set<Head>> asked = List.copyOf(sets.subList(known.size(), to));
            known.addAll(answers(asked));
        }
        return known.get(index);
    }

    PruneStep step(int index, boolean gaveBack) {
        return new PruneStep(set(index).size(), accuracy(index), gaveBack);
    }

    private List<Double> answers(List<Set<Head>> asked) {
        List<Double> answers = oracle.accuracies(asked);
        if (answers.size() != asked.size()) {
            throw new IllegalStateException(
                    answers.size() + " accuracies for " + asked.size() + " sets of pruned heads");
        }
        for (int i = 0; i < answers.size(); i++) {
            Double answer = answers.get(i);
            if (answer == null || !(answer >= 0 && answer <= 1)) {
                throw new IllegalStateException(
                        "accuracy " + answer + " with " + asked.get(i).size() + " heads pruned: must be 0 to 1");
            }
        }
        return answers;
    }
}
