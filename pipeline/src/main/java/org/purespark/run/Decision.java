// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.util.List;

/** Whether a stage must run, and why. */
public sealed interface Decision {
    /** The decision in words, for the log. */
    String inWords();

    /** Whether the stage must run. */
    default boolean runs() {
        return !(this instanceof Skip || this instanceof TakeOver);
    }

    /** The stage was never started in this run directory. */
    record RunFirstTime(StageName stage) implements Decision {
        @Override
        public String inWords() {
            return stage.text() + ": runs";
        }
    }

    /**
     * The stage was started before, but something is missing, or it is made from other settings or inputs.
     *
     * @param reasons what has changed, or what is missing; at least one
     */
    record RunAgain(StageName stage, List<String> reasons) implements Decision {
        public RunAgain {
            reasons = List.copyOf(reasons);
        }

        @Override
        public String inWords() {
            return stage.text() + ": runs again, because " + String.join("; ", reasons);
        }
    }

    /** The stage is complete, and made from the same settings and inputs. */
    record Skip(StageName stage, String finishedAt) implements Decision {
        @Override
        public String inWords() {
            return stage.text() + ": skipped, complete since " + finishedAt;
        }
    }

    /**
     * Another run has the result, made from the same settings and inputs: it is copied.
     *
     * @param from the other run directory
     * @param finishedAt when it was complete there
     */
    record TakeOver(StageName stage, String from, String finishedAt) implements Decision {
        @Override
        public String inWords() {
            return stage.text() + ": taken from " + from + ", complete there since " + finishedAt;
        }
    }
}
