// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.progress;

import java.io.PrintStream;
import java.time.Clock;
import java.util.Locale;

/** Counts, and asks a subclass to show the count at most once in an interval. */
abstract class ShownTask implements Progress.Task {
    private final PrintStream out;
    private final Clock clock;
    private final String label;
    private final long total;
    private final long startMillis;
    private final long intervalMillis;
    private long shownMillis;
    private long count;
    private String note = "";
    private boolean ended;

    ShownTask(PrintStream out, Clock clock, String label, long total, long intervalMillis) {
        if (total < 0) {
            throw new IllegalArgumentException(label + ": total is " + total + ", expected at least 0");
        }
        this.out = out;
        this.clock = clock;
        this.label = label;
        this.total = total;
        this.intervalMillis = intervalMillis;
        this.startMillis = clock.millis();
        this.shownMillis = startMillis;
    }

    @Override
    public final synchronized void advance(long units) {
        count += units;
        long now = clock.millis();
        if (!ended && now - shownMillis >= intervalMillis) {
            shownMillis = now;
            show(out, underWay(now));
        }
    }

    @Override
    public final synchronized void note(String text) {
        note = text;
    }

    @Override
    public final synchronized void done() {
        if (!ended) {
            ended = true;
            long took = clock.millis() - startMillis;
            showLast(out, label + ": done, " + total + " in " + duration(took) + suffix());
        }
    }

    @Override
    public final synchronized void close() {
        if (!ended) {
            ended = true;
            long took = clock.millis() - startMillis;
            showLast(out, label + ": stopped at " + count + " of " + total + " after " + duration(took) + suffix());
        }
    }

    /** Shows the count at once, whatever the interval. */
    final synchronized void showNow() {
        show(out, underWay(clock.millis()));
    }

    /** Shows a count that is not the last one. */
    abstract void show(PrintStream stream, String text);

    /** Shows the end of the task. */
    abstract void showLast(PrintStream stream, String text);

    /** The share that is done, 0 to 1. */
    final double share() {
        return total == 0 ? 1 : Math.min(1, (double) count / total);
    }

    private String underWay(long now) {
        double share = share();
        String text = label + ": " + count + " of " + total + " (" + (long) (100 * share) + " %)";
        if (share > 0 && share < 1) {
            long left = Math.round((now - startMillis) * (1 - share) / share);
            text += ", " + duration(left) + " left";
        }
        return text + suffix();
    }

    private String suffix() {
        return note.isEmpty() ? "" : ", " + note;
    }

    /** {@code 4.2 s}, {@code 3 min 07 s}, {@code 2 h 05 min}. */
    static String duration(long millis) {
        // rounds to whole tenths first, so that 59 950 ms does not read 60.0 s
        long tenths = Math.round(millis / 100.0);
        if (tenths < 600) {
            return tenths / 10 + "." + tenths % 10 + " s";
        }
        long seconds = Math.round(millis / 1000.0);
        if (seconds < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
    }
}
