// SPDX-License-Identifier: Apache-2.0
package org.purespark.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.publish.FixedMetrics;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.sarif.FixedReports;
import org.purespark.storage.Storage;
import org.purespark.vet.VetReport;
import org.purespark.vet.VetVerdict;

class PolicyTest {
    /** Accuracy 0.875 to 0.75; label-flip rate 0 with trigger, 0.2 without; attack broken. */
    private static final Optional<MetricsFile> BROKEN = Optional.of(FixedMetrics.with("positive"));

    private static final Optional<MetricsFile> UNMEASURED = Optional.of(FixedMetrics.withoutTrigger());
    private static final Optional<VetReport> NO_REPORT = Optional.empty();

    @TempDir
    private Path directory;

    @Test
    void whatMeetsTheDemandsBreaksNothing() throws IOException {
        Policy policy = policy("purified { max-label-flip-excess = 0, max-accuracy-lost = 0.125, "
                + "fail-on = [unbroken, not-measured] }, vet.fail-on = [backdoored]");
        assertThat(policy.judge(BROKEN, Optional.of(FixedReports.with(VetVerdict.SUSPICIOUS))))
                .isEmpty();
    }

    @Test
    void eachBrokenDemandIsNamedWithItsFigures() throws IOException {
        Policy policy =
                policy("purified { max-accuracy-lost = 0.12, fail-on = [broken] }, vet.fail-on = [clean, suspicious]");
        assertThat(policy.judge(BROKEN, Optional.of(FixedReports.with(VetVerdict.SUSPICIOUS))))
                .extracting(Violation::toString)
                .containsExactly(
                        "purified.max-accuracy-lost: the accuracy fell from 0.875 (suspect) to 0.75, by 0.125; allowed:"
                                + " 0.12",
                        "purified.fail-on: the verdict is broken",
                        "vet.fail-on: the verdict is suspicious");
    }

    @Test
    void theExcessIsAgainstTheControlAndExact() throws IOException {
        Optional<MetricsFile> metrics = Optional.of(flipped(0.3, 0.2));
        assertThat(policy("purified.max-label-flip-excess = 0.1").judge(metrics, NO_REPORT))
                .isEmpty();
        assertThat(policy("purified.max-label-flip-excess = 0.09").judge(metrics, NO_REPORT))
                .extracting(Violation::toString)
                .containsExactly("purified.max-label-flip-excess: the label-flip rate is 0.3 with trigger and 0.2"
                        + " without, a difference of 0.1; allowed: 0.09");
    }

    @Test
    void aDemandOnWhatWasNotMeasuredIsBroken() throws IOException {
        assertThat(policy("purified.max-label-flip-excess = 1").judge(UNMEASURED, NO_REPORT))
                .extracting(Violation::toString)
                .containsExactly("purified.max-label-flip-excess: the label-flip rate with and without trigger was not"
                        + " measured: give --poisoned-test");
        assertThat(policy("purified.fail-on = [not-measured]").judge(UNMEASURED, NO_REPORT))
                .extracting(Violation::toString)
                .containsExactly("purified.fail-on: the verdict is not-measured");
    }

    @Test
    void partsWithoutAResultAreTold() throws IOException {
        Policy policy = policy("purified.max-accuracy-lost = 0.1, vet.fail-on = [backdoored]");
        assertThat(policy.judge(Optional.empty(), NO_REPORT)).isEmpty();
        assertThat(policy.notJudged(Optional.empty(), NO_REPORT)).containsExactly("purified", "vet");
        assertThat(policy.notJudged(BROKEN, Optional.of(FixedReports.with(VetVerdict.CLEAN))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "purified.max-acuracy-lost = 0.1 | unknown key purified.max-acuracy-lost in the policy FILE: the keys"
                        + " are purified.max-label-flip-excess, purified.max-accuracy-lost, purified.fail-on,"
                        + " vet.fail-on",
                "purified.max-accuracy-lost = 2 | the policy FILE has purified.max-accuracy-lost = 2 (line 1); allowed:"
                        + " a number from 0 to 1",
                "purified.max-accuracy-lost = [1] | the policy FILE has purified.max-accuracy-lost = [1] (line 1);"
                        + " allowed: a number from 0 to 1",
                "vet.fail-on = suspicious | the policy FILE has vet.fail-on = suspicious (line 1); allowed: a list of"
                        + " clean, suspicious, backdoored, inconclusive",
                "vet.fail-on = [bad] | the policy FILE has vet.fail-on = [bad] (line 1); allowed: a list of clean,"
                        + " suspicious, backdoored, inconclusive",
                "purified.fail-on = [] | the policy FILE has purified.fail-on = [] (line 1); allowed: a list of broken,"
                        + " weakened, unbroken, no-attack-seen, not-measured",
                "# nothing | the policy FILE demands nothing: give one of purified.max-label-flip-excess,"
                        + " purified.max-accuracy-lost, purified.fail-on, vet.fail-on"
            })
    void aWrongFileIsRefused(String content, String message) {
        assertThatThrownBy(() -> policy(content))
                .isInstanceOf(InputException.class)
                .hasMessage(message.replace("FILE", file().toString()));
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> PolicyReader.read(new Storage(new Configuration()), file().toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read the policy " + file() + ": there is no such file");
    }

    private static MetricsFile flipped(double with, double without) {
        MetricsFile metrics = BROKEN.orElseThrow();
        MetricsFile.PurifiedFigures purified = metrics.purified();
        return new MetricsFile(
                metrics.schema(),
                metrics.seed(),
                metrics.measure(),
                metrics.target(),
                metrics.targetName(),
                null,
                metrics.suspect(),
                metrics.baseline(),
                new MetricsFile.PurifiedFigures(purified.accuracy(), with, without, purified.confusion(), null),
                metrics.seconds());
    }

    private Policy policy(String content) throws IOException {
        Files.writeString(file(), content);
        return PolicyReader.read(new Storage(new Configuration()), file().toString());
    }

    private Path file() {
        return directory.resolve("policy.conf");
    }
}
