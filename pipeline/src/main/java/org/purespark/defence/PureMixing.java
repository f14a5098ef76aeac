// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.purespark.config.DefenceChoice;

/**
 * PURE on a mixture: the suspect's weights are mixed with the clean pre-trained ones as in {@link FineMixing}, then the
 * heads that idle in the baseline are pruned and the rest is fine-tuned under the penalty as in {@link Pure}. Both are
 * in one training. This combination is the project's own: what one of the two leaves of an attack, the other may take.
 */
record PureMixing() implements Defence {
    private static final Pure PURE = new Pure(Pure.Parts.BOTH);
    private static final FineMixing MIXING = new FineMixing();

    @Override
    public DefenceChoice choice() {
        return DefenceChoice.PURE_MIXING;
    }

    @Override
    public Set<DefenceNeed> needs() {
        return MIXING.needs();
    }

    @Override
    public boolean usesHeadSearch() {
        return PURE.usesHeadSearch();
    }

    @Override
    public RepairPlan plan(Clues clues) throws IOException {
        RepairPlan mixing = MIXING.plan(clues);
        RepairPlan pure = PURE.plan(clues);
        TreeMap<String, String> facts = new TreeMap<>(mixing.facts());
        facts.putAll(pure.facts());
        Tuning tuning = pure.tunings().get(0).withChanges(mixing.tunings().get(0).changes());
        return new RepairPlan(pure.pruned(), List.of(tuning), facts);
    }
}
