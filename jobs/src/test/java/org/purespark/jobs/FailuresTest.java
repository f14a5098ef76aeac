// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailuresTest {
    private final StringWriter err = new StringWriter();

    @Test
    void wrongInputEndsWithTwoAndItsMessageAlone() {
        assertThat(run(new InputException("cannot read train.tsv: line 3 has no label")))
                .isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("pure: cannot read train.tsv: line 3 has no label" + System.lineSeparator());
    }

    @Test
    void wrongInputIsRecognizedInWhatAnExecutorThrew() {
        Exception thrown = new SparkException(
                "Job aborted due to stage failure: Task 0 ...\n\tat some.Class",
                new InputException("row 7 has no label"));
        assertThat(run(thrown)).isEqualTo(2);
        assertThat(err.toString()).startsWith("pure: row 7 has no label").doesNotContain("\tat ");
    }

    @Test
    void aFailedRunEndsWithOneAndNamesTheInnermostCause() {
        Exception thrown = new SparkException(
                "Job aborted due to stage failure\n\tat some.Class", new IOException("disk full: /data/out"));
        assertThat(run(thrown)).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("pure: Job aborted due to stage failure: disk full: /data/out")
                .contains("--verbose")
                .doesNotContain("\tat ");
    }

    @Test
    void anExceptionWithoutAMessageIsNamed() {
        assertThat(run(new IllegalStateException())).isEqualTo(1);
        assertThat(err.toString()).startsWith("pure: IllegalStateException");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cannot call methods on a stopped SparkContext.\nThis stopped ...",
                "LiveListenerBus is stopped.",
                "requirement failed: Can only call getServletHandlers on a running MetricsSystem"
            })
    void anApplicationThatSparkHasEndedIsToldWithWhatToCheck(String message) {
        assertThat(run(new IllegalStateException(message))).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("pure: Spark has ended this application")
                .contains("--master", "spark.authenticate.secret")
                .doesNotContain("IllegalStateException");
    }

    @Test
    void verboseAddsTheStackTrace() {
        assertThat(run(new InputException("no such file: a.tsv"), "--verbose")).isEqualTo(2);
        assertThat(err.toString()).contains("no such file: a.tsv", "\tat " + FailuresTest.class.getName());
    }

    /** Runs a command that throws. */
    private int run(Exception failure, String... options) {
        Failures failures = new Failures(new Interruption());
        return new CommandLine(new Pure())
                .addSubcommand(new Failing(failure))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .execute(concat(options));
    }

    private static String[] concat(String... options) {
        String[] args = new String[options.length + 1];
        args[0] = "fail";
        System.arraycopy(options, 0, args, 1, options.length);
        return args;
    }

    @Command(name = "fail")
    private record Failing(Exception failure) implements java.util.concurrent.Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            throw failure;
        }
    }
}
