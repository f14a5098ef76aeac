// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;

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

    @Test
    void argumentsThatHaveLostCharactersAreRefused() {
        String[] lost = {"purify", "--train", "caf\uFFFD\uFFFD.tsv"};
        assertThatThrownBy(() -> Arguments.requireWhole(lost, "ANSI_X3.4-1968"))
                .isInstanceOf(InputException.class)
                .hasMessage("the argument 'caf\uFFFD\uFFFD.tsv' has lost characters: the locale of this process has the"
                        + " character set ANSI_X3.4-1968, which lacks them. Set LC_ALL=C.UTF-8 in its environment");
        Arguments.requireWhole(lost, "UTF-8");
        Arguments.requireWhole(new String[] {"--train", "what?.tsv"}, "ANSI_X3.4-1968");
    }

    private int pure(String... args) {
        return Pure.run(args, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
