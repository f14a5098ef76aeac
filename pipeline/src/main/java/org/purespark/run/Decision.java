package org.purespark.run;

import java.util.List;

/** Whether a stage is to run, and why. */
public sealed interface Decision {
    /** The decision in words, for the log. */
    String inWords();

    /** Whether the stage is to run. */
    default boolean runs() {
        return !(this instanceof Skip);
    }

    /** The stage has not been started in this run directory. */
    record RunFirstTime(StageName stage) implements Decision {
        @Override
        public String inWords() {
            return stage.text() + ": runs";
        }
    }

    /**
     * The stage was started before, but not all of it is there, or it was made from something else.
     *
     * @param reasons what has changed since, or what is missing; at least one
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

    /** The stage is complete and was made from the same. */
    record Skip(StageName stage, String finishedAt) implements Decision {
        @Override
        public String inWords() {
            return stage.text() + ": skipped, complete since " + finishedAt;
        }
    }
}
