// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.Set;
import org.purespark.config.DefenceChoice;

/** A way to repair a suspect: decides what is to be done; {@link Repair} does it. */
public interface Defence {
    /** Its name in settings and on the command line. */
    DefenceChoice choice();

    /** What it needs besides the suspect and clean texts. */
    Set<DefenceNeed> needs();

    /** Whether it prunes the heads that the prune search chooses, so that this search must have run. */
    default boolean usesHeadSearch() {
        return false;
    }

    /**
     * Which heads are pruned, and which trainings follow.
     *
     * @param clues measured when they are asked for
     * @throws org.purespark.InputException if the suspect's architecture does not allow it
     */
    RepairPlan plan(Clues clues) throws IOException;
}
