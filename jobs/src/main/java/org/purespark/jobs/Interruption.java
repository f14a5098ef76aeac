package org.purespark.jobs;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Tells an interruption (Ctrl-C, SIGTERM) from a failure: what breaks while the JVM is being ended from outside is no
 * news. Spark's threads would print a stack trace for each thing that they cannot finish any more.
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
