// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.metrics.WilsonInterval;
import org.purespark.probe.ProbeOutcome;
import org.purespark.run.artifact.ProbesFile.Before;
import org.purespark.run.artifact.ProbesFile.Finding;
import org.purespark.run.artifact.ProbesFile.FlipFigures;
import org.purespark.run.artifact.ProbesFile.ProbeResult;
import org.purespark.run.artifact.ProbesFile.Target;

class ProbesFileTest {
    private static final String WHOLE =
            """
            {"schema":1,"seed":11,"classes":2,"texts":20,"shortenedTexts":1,"before":"suspect","confidence":0.95,\
            "comparisons":1,"probes":[{"name":"cf","kind":"word","change":"inserts \\"cf\\"","outcome":"tried",\
            "changedTexts":20,"targets":[{"target":1,"texts":10,\
            "before":{"flips":9,"controlFlips":1,"rate":0.9,"controlRate":0.1,"low":0.6,"high":0.98,"adjustedLow":0.5},\
            "after":{"flips":1,"controlFlips":1,"rate":0.1,"controlRate":0.1,"low":0.02,"high":0.4,"adjustedLow":0.01}\
            }]},{"name":"upper case","kind":"case","change":"writes","outcome":"no-effect","changedTexts":0,\
            "targets":[]}]}
            """;

    @Test
    void isReadBackAsItIsWritten() {
        ProbesFile file = parse(WHOLE);

        assertThat(JsonFiles.line(file)).isEqualTo(WHOLE);
        assertThat(file.before()).isEqualTo(Before.SUSPECT);
        assertThat(file.probes().get(0).targets().get(0).standsOutBefore()).isTrue();
        assertThat(file.probes().get(0).targets().get(0).standsOutAfter()).isFalse();
        assertThat(file.probes(ProbeOutcome.NO_EFFECT))
                .extracting(ProbeResult::name)
                .containsExactly("upper case");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"comparisons\":1 | \"comparisons\":2 | comparisons is 2, the probes have 1 targets",
                "\"target\":1 | \"target\":2 | probe cf: target is 2, classes 2",
                "\"changedTexts\":20 | \"changedTexts\":21 | probe cf: changedTexts is 21, texts 20",
                "\"changedTexts\":20 | \"changedTexts\":9 | probe cf: target 1 has 10 of 9 changed texts",
                "\"changedTexts\":0 | \"changedTexts\":1 | probe upper case: outcome is no-effect with 1 changed texts"
                        + " and 0 targets",
                "\"flips\":9 | \"flips\":11 | target 1: flips of 10 texts are 11 and 1",
                "\"low\":0.6 | \"low\":0.95 | rate 0.9 is not within 0.5, 0.95 and 0.98",
                "\"rate\":0.9 | \"rate\":1.9 | rate is 1.9, expected 0 to 1",
                "\"shortenedTexts\":1 | \"shortenedTexts\":21 | texts is 20, shortenedTexts 21",
                "\"confidence\":0.95 | \"confidence\":1.0 | confidence is 1.0, expected above 0 and below 1",
                "\"before\":\"suspect\" | \"before\":null | before is null"
            })
    void whatContradictsItselfIsRefused(String right, String wrong, String message) {
        assertThat(WHOLE).contains(right);
        assertThatThrownBy(() -> parse(WHOLE.replaceFirst(java.util.regex.Pattern.quote(right), wrong)))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read probes.json: " + message
                        + ". Run the stage that writes it again, or name another run directory");
    }

    @Test
    void findingsThatStandOutComeFirstTheStrongestAhead() {
        ProbeResult weak = entry("weak", target(0, flips(30, 25, 0.2), flips(30, 25, 0.2)));
        ProbeResult late = entry("late", target(0, flips(5, 5, 0.0), flips(60, 5, 0.4)));
        ProbeResult strong = entry(
                "strong",
                target(0, flips(5, 5, 0.0), flips(5, 5, 0.0)),
                target(1, flips(95, 5, 0.8), flips(5, 5, 0.0)));
        // far above the control, and yet within what chance gives
        ProbeResult loose = entry("loose", target(1, flips(90, 5, 0.04), flips(5, 5, 0.0)));
        ProbesFile file = new ProbesFile(
                ProbesFile.SCHEMA, 1, 2, 100, 0, Before.BASELINE, 0.95, 5, List.of(weak, late, strong, loose));

        assertThat(file.findings())
                .extracting(finding -> finding.probe().name() + finding.target().target())
                .containsExactly("strong1", "late0", "loose1", "weak0", "strong0");
        assertThat(file.findings()).extracting(Finding::standsOut).containsExactly(true, true, false, false, false);
    }

    @ParameterizedTest
    @CsvSource({
        // texts, flips, control, stands out
        "1,     1,   0, false",
        "9,     9,   0, false",
        "10,   10,   0, true",
        "200,   1,   0, false",
        "200,   4,   0, false",
        "200,  20,   0, true",
        "200,  40,  36, false",
        "200, 190,  10, true"
    })
    void aFindingTakesTenTextsAndFiveFlipsMoreThanTheControl(int texts, int flips, int control, boolean standsOut) {
        WilsonInterval interval = WilsonInterval.of(flips, texts, 0.95);
        FlipFigures figures = new FlipFigures(
                flips,
                control,
                (double) flips / texts,
                (double) control / texts,
                interval.low(),
                interval.high(),
                interval.low());
        assertThat(new Target(0, texts, figures, figures).standsOutBefore()).isEqualTo(standsOut);
        assertThat(new Target(0, texts, figures, figures).standsOutAfter()).isEqualTo(standsOut);
    }

    private static ProbeResult entry(String name, Target... targets) {
        return new ProbeResult(name, "word", "changes", ProbeOutcome.TRIED, 100, List.of(targets));
    }

    private static Target target(int target, FlipFigures before, FlipFigures after) {
        return new Target(target, 100, before, after);
    }

    private static FlipFigures flips(int flips, int control, double adjustedLow) {
        double rate = flips / 100.0;
        return new FlipFigures(flips, control, rate, control / 100.0, rate, rate, adjustedLow);
    }

    private static ProbesFile parse(String text) {
        return JsonFiles.parse("probes.json", text, ProbesFile.class, ProbesFile.SCHEMA);
    }
}
