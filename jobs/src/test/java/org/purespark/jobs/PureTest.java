// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class PureTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsItsVersionAndWhatItWasBuiltFor() {
        assertThat(pure("--version")).isZero();
        assertThat(out.toString())
                .contains("pure ", "built for Spark 4.", "Scala 2.13")
                .doesNotContain("${", "null");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void printsHelpAsAResult() {
        assertThat(pure("--help")).isZero();
        assertThat(out.toString()).contains("Usage: pure", "--verbose");
    }

    @Test
    void refusesAnUnknownOptionByName() {
        assertThat(pure("--no-such-option")).isEqualTo(2);
        assertThat(err.toString()).contains("Unknown option: '--no-such-option'", "'pure --help'");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void refusesAnUnknownCommandByName() {
        assertThat(pure("no-such-command")).isEqualTo(2);
        assertThat(err.toString()).contains("no-such-command");
    }

    @Test
    void asksForACommand() {
        assertThat(pure()).isEqualTo(2);
        assertThat(err.toString()).contains("no command given");
    }

    private int pure(String... args) {
        return Pure.run(args, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
