// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.progress;

import java.io.PrintStream;
import java.time.Clock;

/** A bar on a terminal. Each line is drawn over the last one: it starts with a carriage return and clears the rest. */
final class BarTask extends ShownTask {
    private static final long INTERVAL_MILLIS = 200;
    private static final int CELLS = 20;

    private int width;

    BarTask(PrintStream out, Clock clock, String label, long total) {
        super(out, clock, label, total, INTERVAL_MILLIS);
    }

    /** Draws the bar at zero, so that a slow first unit does not look like a stop. */
    BarTask drawn() {
        showNow();
        return this;
    }

    @Override
    void show(PrintStream stream, String text) {
        int full = (int) Math.floor(share() * CELLS);
        draw(stream, "[" + "#".repeat(full) + ".".repeat(CELLS - full) + "] " + text);
    }

    @Override
    void showLast(PrintStream stream, String text) {
        draw(stream, text);
        stream.println();
        stream.flush();
    }

    private void draw(PrintStream stream, String line) {
        stream.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
        stream.flush();
        width = line.length();
    }
}
