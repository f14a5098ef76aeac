// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Distinguishes an interruption (Ctrl-C, SIGTERM) from a failure. If the JVM is ended from outside, failures are not
 * reported: Spark's threads would print a stack trace for everything that they cannot finish.
 */
final class Interruption {
    private volatile boolean commandEnded;
    private volatile boolean begun;

    /** From now on, an end of the JVM before {@link #commandHasEnded} is an interruption. */
    void watch() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "pure-interruption"));
    }

    private void shutDown() {
        if (!commandEnded) {
            begun = true;
            System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        }
    }

    void commandHasEnded() {
        commandEnded = true;
    }

    boolean begun() {
        return begun;
    }
}
