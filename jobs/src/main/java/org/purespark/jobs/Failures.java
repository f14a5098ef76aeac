// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.StorageException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Makes the user's message and the exit status from a failure. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    static final int FAILED = 1;
    static final int WRONG_INPUT = 2;

    /** Spark's message about a context that it has stopped. */
    static final String STOPPED = "Cannot call methods on a stopped SparkContext";

    /** Spark's messages after its application has ended while the command still runs. */
    private static final Set<String> SPARK_HAS_ENDED = Set.of(
            STOPPED,
            "because SparkContext was shut down",
            "LiveListenerBus is stopped",
            "Can only call getServletHandlers on a running MetricsSystem");

    private final Interruption interruption;

    Failures(Interruption interruption) {
        this.interruption = interruption;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (interruption.begun()) {
            err.println("pure: interrupted; the same command goes on from here");
            err.flush();
            return FAILED;
        }
        err.println("pure: " + Shown.oneLine(message(failure)));
        Pure pure = (Pure) command.getCommandSpec().root().userObject();
        if (pure.verbose()) {
            failure.printStackTrace(err);
        } else if (status(failure) == FAILED) {
            err.println("pure: --verbose shows where it happened");
        }
        err.flush();
        return status(failure);
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("pure: " + failure.getMessage());
        UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("pure: '" + command.getCommandSpec().qualifiedName() + " --help' lists what there is");
        err.flush();
        return WRONG_INPUT;
    }

    /** 2 if the user's input is wrong, even if an executor has found it; else 1. */
    static int status(Throwable failure) {
        return chain(failure).stream().anyMatch(InputException.class::isInstance) ? WRONG_INPUT : FAILED;
    }

    /**
     * The message of an input error is enough, and that of a file system that fails. Spark's message about an
     * application that the master refuses is replaced. Else it is the outermost message and, if that says more, the
     * innermost.
     */
    static String message(Throwable failure) {
        List<Throwable> chain = chain(failure);
        for (Throwable cause : chain) {
            if (cause instanceof InputException || cause instanceof StorageException) {
                return cause.getMessage();
            }
        }
        if (chain.stream().anyMatch(Failures::tellsThatSparkHasEnded)) {
            return "Spark has ended this application: the cluster's master did not take it, has dropped it, or is "
                    + "gone. Above is what Spark"
                    + " said. Check that --master names a master that runs, and that spark.authenticate.secret and"
                    + " spark.network.crypto.enabled are the cluster's own";
        }
        String first = line(failure);
        String last = line(chain.get(chain.size() - 1));
        return first.contains(last) ? first : first + ": " + last;
    }

    private static boolean tellsThatSparkHasEnded(Throwable failure) {
        String message = failure.getMessage();
        return message != null && SPARK_HAS_ENDED.stream().anyMatch(message::contains);
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable cause = failure; cause != null && !chain.contains(cause); cause = cause.getCause()) {
            chain.add(cause);
        }
        return chain;
    }

    /** The first line: Spark puts an executor's whole stack trace into the message. */
    private static String line(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        if (failure.getMessage() == null || failure.getMessage().isBlank()) {
            return name;
        }
        String line = failure.getMessage().strip().lines().findFirst().orElseThrow();
        // The class tells more than a text that is not written for people.
        return failure instanceof RuntimeException || failure instanceof Error ? name + ": " + line : line;
    }
}
