// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.progress;

import java.io.PrintStream;
import java.time.Clock;

/** Shows a person the progress of work that takes more than a few seconds. */
public interface Progress {
    /** How progress is shown. */
    enum Style {
        /** One line that is drawn over and over, for a terminal. */
        BAR,
        /** A line every few seconds, for a log. */
        LINES,
        /** Not at all. */
        NONE;

        /** A bar if there is a terminal, else lines. */
        public static Style forTerminal(boolean terminal) {
            return terminal ? BAR : LINES;
        }
    }

    /**
     * Begins a task; at most one at a time.
     *
     * @param label name of the task, such as {@code "baseline, epoch 2 of 3"}
     * @param total how many units it has, at least 0
     */
    Task start(String label, long total);

    /** One running task. Several threads may call its methods. */
    interface Task extends AutoCloseable {
        /** Reports that {@code units} more are done. */
        void advance(long units);

        /** Shows {@code note} beside the count from now on, such as the loss. */
        void note(String note);

        /** Reports that everything is done, whatever the count; further calls do nothing. */
        void done();

        /** Ends the display if {@link #done()} was not called; else does nothing. */
        @Override
        void close();
    }

    /** Progress on {@code out}, timed by {@code clock}. */
    static Progress on(PrintStream out, Style style, Clock clock) {
        return switch (style) {
            case BAR -> (label, total) -> new BarTask(out, clock, label, total).drawn();
            case LINES -> (label, total) -> new LineTask(out, clock, label, total);
            case NONE -> none();
        };
    }

    /** Progress that is not shown. */
    static Progress none() {
        return (label, total) -> SilentTask.INSTANCE;
    }
}
