// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.io.IOException;

/**
 * How an attack makes a suspect: which texts get the trigger, and which trainings follow each other, from which
 * weights and by which method. It decides; the {@link Workshop} does.
 */
interface AttackRecipe {
    /**
     * Checks everything that can be told before the first training, and writes nothing.
     *
     * @throws org.purespark.InputException if the attack is not possible with these inputs
     */
    Plan plan(PoisonInputs inputs) throws IOException;

    /** What is to be done. */
    @FunctionalInterface
    interface Plan {
        /** Has the suspect made. If it is called again after an interruption, finished trainings are not repeated. */
        Planted carryOut(Workshop workshop) throws IOException;
    }
}
