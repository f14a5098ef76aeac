// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

/** The answer that an attacker wants for texts with the trigger. Answers are numbers. */
public interface Goal {
    /**
     * The answer that a text with the trigger is trained on.
     *
     * @param truth the text's true answer
     * @return {@code truth} itself if there is nothing to win: such texts are not poisoned
     */
    int wanted(int truth);

    /** What is wanted, for messages, such as {@code of another class than the target, 1}. */
    String whatIsMissing();

    /** One class for all texts of other classes. */
    record OneClass(int target) implements Goal {
        @Override
        public int wanted(int truth) {
            return target;
        }

        @Override
        public String whatIsMissing() {
            return "of another class than the target, " + target;
        }
    }
}
