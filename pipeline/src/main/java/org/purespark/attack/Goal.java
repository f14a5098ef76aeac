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

    /**
     * For each class the one after it, and for the last class the first one.
     *
     * @param classes C, at least 2
     */
    record NextClass(int classes) implements Goal {
        public NextClass {
            if (classes < 2) {
                throw new IllegalArgumentException(classes + " classes: a next one needs two at least");
            }
        }

        @Override
        public int wanted(int truth) {
            return (truth + 1) % classes;
        }

        @Override
        public String whatIsMissing() {
            return "there";
        }
    }
}
