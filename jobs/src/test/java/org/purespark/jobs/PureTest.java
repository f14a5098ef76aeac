// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    void inspectEndsWithWhetherARunWouldReadTheModel(@TempDir Path directory) throws IOException {
        TinyCase tiny = new TinyCase(directory);
        TinyCase.copy(
                TinyCase.ROOT.resolve("pipeline/src/test/resources/golden/bert/model"), directory.resolve("model"));
        assertThat(pure("inspect", tiny.path("model"))).isZero();
        assertThat(out.toString())
                .startsWith(tiny.path("model") + ": accepted\n")
                .contains("model       bert as BertModel");
        tiny.write("model/config.json", "{\"model_type\": \"bert\", \"num_hidden_layers\": 1000000000}");
        assertThat(pure("inspect", tiny.path("model"), "--format", "json")).isEqualTo(2);
        assertThat(out.toString())
                .contains("\"verdict\" : \"refused\"", "\\\"num_hidden_layers\\\" is 1000000000; the most is 1000");
        assertThat(err.toString()).isEmpty();
        assertThat(pure("inspect", tiny.path("nowhere"))).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("pure: cannot read model " + tiny.path("nowhere")
                        + ": no such directory; expected one with config.json, weights and tokenizer files\n");
    }

    @Test
    void argumentsThatHaveLostCharactersAreRefused() {
        String[] lost = {"purify", "--train", "caf\uFFFD\uFFFD.tsv"};
        assertThatThrownBy(() -> Arguments.requireWhole(lost, "ANSI_X3.4-1968"))
                .isInstanceOf(InputException.class)
                .hasMessage("the argument 'caf\uFFFD\uFFFD.tsv' has lost characters: the locale of this process has the"
                        + " character set ANSI_X3.4-1968, which lacks them. Set LC_ALL=C.UTF-8 in its environment");
        Arguments.requireWhole(lost, "UTF-8");
        String[] handedOn = {"--model", "caf??"};
        assertThatThrownBy(() -> Arguments.requireWhole(handedOn, "ANSI_X3.4-1968"))
                .hasMessageStartingWith("the argument 'caf??' has lost characters: ");
        Arguments.requireWhole(handedOn, "UTF-8");
        Arguments.requireWhole(new String[] {"--train", "what?.tsv"}, "ANSI_X3.4-1968");
    }

    private int pure(String... args) {
        return Pure.run(args, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
