// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.util.List;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.config.DefenceChoice;

/** All defences that repair by themselves. */
public final class Defences {
    private static final List<Defence> ALL = List.of(
            new Pure(Pure.Parts.BOTH),
            new Pure(Pure.Parts.PRUNING),
            new Pure(Pure.Parts.PENALTY),
            new FurtherTraining(DefenceChoice.FT),
            new FurtherTraining(DefenceChoice.FTH),
            new MaximumEntropy(),
            new NewTopLayers(),
            new FinePruning(),
            new FineMixing(),
            new CleanStart(),
            new WeightAverage(),
            new AttentionDistillation());

    private Defences() {}

    /** In the order in which tables list them. */
    public static List<Defence> all() {
        return ALL;
    }

    /**
     * The defence that a setting names.
     *
     * @throws InputException for a choice that is no single defence
     */
    public static Defence of(DefenceChoice choice) {
        return ALL.stream()
                .filter(defence -> defence.choice() == choice)
                .findFirst()
                .orElseThrow(() -> new InputException("defence=" + choice.spelling() + " is not one of "
                        + ALL.stream()
                                .map(defence -> defence.choice().spelling())
                                .collect(Collectors.joining(", "))));
    }
}
