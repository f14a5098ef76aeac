// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;
import org.purespark.train.TrainingDivergedException;

/**
 * The failure of a run.
 *
 * @param message for a person; one line if the error is not written for people
 */
record FailureReport(SuspectResult.Failure failure, String message) {
    static FailureReport of(Throwable thrown) {
        List<Throwable> chain = chain(thrown);
        for (Throwable cause : chain) {
            if (cause instanceof InputException) {
                return new FailureReport(SuspectResult.Failure.INPUT, cause.getMessage());
            }
            if (cause instanceof TrainingDivergedException) {
                return new FailureReport(SuspectResult.Failure.DIVERGED, cause.getMessage());
            }
        }
        String first = line(thrown);
        String last = line(chain.get(chain.size() - 1));
        return new FailureReport(SuspectResult.Failure.FAILED, first.contains(last) ? first : first + ": " + last);
    }

    /** The stack trace with all causes, to find an error of this program. */
    static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    private static List<Throwable> chain(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable cause = thrown; cause != null && !chain.contains(cause); cause = cause.getCause()) {
            chain.add(cause);
        }
        return chain;
    }

    private static String line(Throwable thrown) {
        String message = thrown.getMessage() == null ? "" : thrown.getMessage().strip();
        String first = message.lines().findFirst().orElse("");
        return first.isEmpty()
                ? thrown.getClass().getSimpleName()
                : thrown.getClass().getSimpleName() + ": " + first;
    }
}
