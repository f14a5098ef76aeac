// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.sarif.FixedReports;
import org.purespark.signing.KeyFiles;
import org.purespark.storage.Storage;
import org.purespark.vet.VetVerdict;

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
        assertThat(pure("inspect", tiny.path("model"), "--json")).isEqualTo(2);
        assertThat(out.toString())
                .contains("\"verdict\" : \"refused\"", "\\\"num_hidden_layers\\\" is 1000000000; the most is 1000");
        assertThat(err.toString()).isEmpty();
        String json = out.toString();
        out.getBuffer().setLength(0);
        assertThat(pure("inspect", tiny.path("model"), "--format", "json")).isEqualTo(2);
        assertThat(json).endsWith(out.toString());
        assertThat(pure("inspect", tiny.path("model"), "--json", "--format", "text"))
                .isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("pure: --json and --format text contradict each other: give one of them\n");
        err.getBuffer().setLength(0);
        assertThat(pure("inspect", tiny.path("nowhere"))).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("pure: cannot read model " + tiny.path("nowhere")
                        + ": no such directory; expected one with config.json, weights and tokenizer files\n");
    }

    @Test
    void signedModelsAreVerifiedAndChangedOnesRefused(@TempDir Path directory) throws IOException {
        TinyCase tiny = new TinyCase(directory);
        TinyCase.copy(
                TinyCase.ROOT.resolve("pipeline/src/test/resources/golden/bert/model"), directory.resolve("model"));
        KeyFiles keys = KeyFiles.in(directory);
        assertThat(pure("sign", "--model", tiny.path("model"), "--key", keys.privateKey()))
                .isZero();
        assertThat(out.toString())
                .matches("signed \\d+ files of \\Q" + tiny.path("model") + "\\E in \\Q" + tiny.path("model")
                        + "/model.sig\\E\n");
        assertThat(pure("verify", "--model", tiny.path("model"), "--key", keys.publicKey()))
                .isZero();
        assertThat(err.toString()).isEmpty();
        tiny.write("model/config.json", "{}");
        assertThat(pure("verify", "--model", tiny.path("model"), "--key", keys.publicKey()))
                .isEqualTo(2);
        String refusal = "pure: " + tiny.path("model") + " is not what the signature " + tiny.path("model")
                + "/model.sig says: changed since it was signed: config.json. Get the model anew from where it comes"
                + " from\n";
        assertThat(err.toString()).isEqualTo(refusal);
        assertThat(pure(
                        "purify",
                        "--run",
                        tiny.path("run"),
                        "--model",
                        tiny.path("model"),
                        "--verify-key",
                        keys.publicKey()))
                .isEqualTo(2);
        assertThat(err.toString()).isEqualTo(refusal + refusal);
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void sarifIsPrintedOrWrittenFromTheReportOfAnExamination(@TempDir Path directory) throws IOException {
        TinyCase tiny = new TinyCase(directory);
        FixedReports.with(VetVerdict.BACKDOORED).write(new Storage(new Configuration()), directory.toString());
        assertThat(pure("sarif", "--run", directory.toString())).isZero();
        assertThat(out.toString()).startsWith("{").contains("\"ruleId\" : \"pure/trigger-search\"");
        assertThat(pure("sarif", "--run", directory.toString(), "--out", tiny.path("vet.sarif")))
                .isZero();
        assertThat(directory.resolve("vet.sarif")).hasContent(out.toString());
        assertThat(pure("sarif", "--run", tiny.path("nowhere"))).isEqualTo(2);
        assertThat(err.toString()).startsWith("pure: there is no file " + tiny.path("nowhere/vet.json"));
    }

    @Test
    void aWrongPolicyIsRefusedBeforeTheRun(@TempDir Path directory) throws IOException {
        TinyCase tiny = new TinyCase(directory);
        tiny.write("policy.conf", "purified.max-acuracy-lost = 0.1");
        assertThat(pure("report", "--run", tiny.path("run"), "--policy", tiny.path("policy.conf")))
                .isEqualTo(2);
        assertThat(err.toString())
                .startsWith("pure: unknown key purified.max-acuracy-lost in the policy " + tiny.path("policy.conf"));
        assertThat(pure("score", "--run", tiny.path("run"), "--policy", tiny.path("policy.conf")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("Unknown option", "'--policy'");
    }

    @Test
    void aFormerRunThatIsNoneIsRefusedBeforeTheRun(@TempDir Path directory) {
        assertThat(pure("purify", "--run", directory.resolve("run").toString(), "--reuse", directory.toString()))
                .isEqualTo(2);
        assertThat(err.toString())
                .startsWith("pure: --reuse " + directory
                        + ": there is no run.json in it: name the run directory of a former run");
        assertThat(pure("report", "--run", "run", "--reuse", "former")).isEqualTo(2);
        assertThat(err.toString()).as("the report tells of its own run").contains("Unknown option", "--reuse");
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
