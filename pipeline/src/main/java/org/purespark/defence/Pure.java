// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.heads.Head;

/**
 * Head pruning and attention normalization, together or one of them (Zhao, Xu, Yuan: Defense against Backdoor Attack on
 * Pre-trained Language Models via Head Pruning and Attention Normalization, ICML 2024).
 *
 * @param parts which of the two
 */
record Pure(Parts parts) implements Defence {
    /** The halves of PURE. */
    enum Parts {
        BOTH,
        PRUNING,
        PENALTY
    }

    @Override
    public DefenceChoice choice() {
        return switch (parts) {
            case BOTH -> DefenceChoice.PURE;
            case PRUNING -> DefenceChoice.PRUNE_ONLY;
            case PENALTY -> DefenceChoice.PENALTY_ONLY;
        };
    }

    @Override
    public Set<DefenceNeed> needs() {
        return Set.of();
    }

    @Override
    public boolean usesHeadSearch() {
        return parts != Parts.PENALTY;
    }

    @Override
    public RepairPlan plan(Clues clues) throws IOException {
        Settings settings = clues.settings();
        SortedSet<Head> pruned = parts == Parts.PENALTY ? new TreeSet<>() : clues.idleHeads();
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("heads pruned", Integer.toString(pruned.size()));
        Tuning tuning = Tuning.plain(settings.train());
        if (parts != Parts.PRUNING) {
            double lambda = settings.penalty().lambda();
            double[] weights = clues.coefficients(pruned).clone();
            for (int l = 0; l < weights.length; l++) {
                weights[l] *= lambda;
            }
            tuning = tuning.withPenalty("fine-tuning with attention penalty", weights);
            facts.put("penalty.lambda", Double.toString(lambda));
        }
        return new RepairPlan(pruned, List.of(tuning), facts);
    }
}
