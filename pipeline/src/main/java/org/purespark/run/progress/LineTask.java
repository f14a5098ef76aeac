// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.progress;

import java.io.PrintStream;
import java.time.Clock;

/** A line every few seconds, for logs. */
final class LineTask extends ShownTask {
    private static final long INTERVAL_MILLIS = 10_000;

    LineTask(PrintStream out, Clock clock, String label, long total) {
        super(out, clock, label, total, INTERVAL_MILLIS);
    }

    @Override
    void show(PrintStream stream, String text) {
        stream.println(text);
        stream.flush();
    }

    @Override
    void showLast(PrintStream stream, String text) {
        show(stream, text);
    }
}
