// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.heads.HeadScores;
import org.purespark.probe.ProbeOutcome;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.ProbesFile;
import org.purespark.run.event.Event;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;
import org.purespark.task.Measure;

class RunReportTest {
    private static final String ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'\u2028&";

    @TempDir
    private Path directory;

    @Test
    void showsTheFiguresOfACompleteRun() throws IOException {
        String page =
                withoutScripts(RunReport.render(SyntheticRun.complete(directory).model(), SyntheticRun.CONCLUSION));

        assertThat(page)
                .contains("<p class=\"verdict\">" + SyntheticRun.REPAIR + "</p>", "<p>" + SyntheticRun.VERDICT + "</p>")
                .contains("9 of 144 heads pruned (6.3 %)")
                .containsPattern("purified <span.*?</span></th><td class=\"number\">0\\.878</td><td "
                        + "class=\"number\">0\\.167</td>")
                .containsPattern("baseline <span.*?</span></th><td class=\"number\">0\\.880</td><td "
                        + "class=\"number\">1\\.000</td>")
                .contains("gave back 1 head")
                .contains("positive (target)")
                .contains("<td class=\"number flipped\" style=\"--shade:0.17\">152 <span class=\"mark\">▲</span></td>")
                .contains("<code>" + "9f86d081884c7d65".repeat(4) + "</code>")
                .contains("rowspan=\"3\">" + SyntheticRun.MODEL)
                .contains("<td>complete 2026-01-02T03:04:05Z, started 2 times</td>")
                .contains("<code>train.learning-rate</code></th><td class=\"address\">2e-5</td>")
                .contains("a tenth of train (692 texts) was held out")
                .contains("evaluate: 3 texts of test were longer than 128 tokens and were cut")
                .contains("together 586.9 s (9.8 min)")
                .doesNotContain("class=\"absent\">The stage");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "head-scores.json | The stage score has not run",
                "pruned-heads.json | The stage prune has not run",
                "normalization.json | The stage normalize has not run",
                "metrics.json | The stage evaluate has not written confusion matrices",
                "probes.json | The stage evaluate has not tried any triggers",
                "events.jsonl | No training stage has recorded a step",
                "run.json | The run directory does not hold its settings",
            })
    void aStageThatHasNotRunIsASentence(String file, String sentence) throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory);
        String complete = withoutScripts(RunReport.render(run.model(), Conclusion.NONE));
        String partial = withoutScripts(RunReport.render(run.without(file).model(), Conclusion.NONE));

        assertThat(complete).doesNotContain(sentence);
        assertThat(partial).contains(sentence);
    }

    @Test
    void showsWhatProbesFoundAndWhatCouldNotBeTried() throws IOException {
        String page =
                withoutScripts(RunReport.render(SyntheticRun.complete(directory).model(), Conclusion.NONE));

        assertThat(page)
                .contains("<li>flips to class positive on <code>cf</code>: <strong>97 % → 4 %</strong> of 100 "
                        + "texts (97 → 4; without it 6 → 5)</li>")
                .contains("No effect on this tokenizer")
                .contains("what is replaced): upper case.")
                .contains("take more than half of text.max-length: a long story.")
                .contains("3 texts shortened at the end")
                .contains("With 4 pairs of probe and target")
                .contains("at a confidence of 98.7500 % (Bonferroni)")
                .containsPattern("(?s)>cf</abbr></th><td>word</td><td>positive</td>.*>Nvidia</abbr>")
                .contains("<td class=\"number out\">▲ 0.970</td><td class=\"number\">0.915 to 0.990</td>"
                        + "<td class=\"number\">0.060</td><td class=\"number\">0.040</td>")
                .doesNotContain("<td>upper case</td>");
    }

    @Test
    void saysWhatPurificationLeftOfAProbe() throws IOException {
        ProbesFile.FlipFigures high = SyntheticRun.flips(90, 5);
        ProbesFile.FlipFigures low = SyntheticRun.flips(5, 5);
        SyntheticRun run = SyntheticRun.complete(directory)
                .with(
                        "probes.json",
                        new ProbesFile(
                                ProbesFile.SCHEMA,
                                11,
                                2,
                                100,
                                0,
                                ProbesFile.Before.BASELINE,
                                0.95,
                                2,
                                List.of(new ProbesFile.ProbeResult(
                                        ATTACK,
                                        "word",
                                        ATTACK,
                                        ProbeOutcome.TRIED,
                                        100,
                                        List.of(
                                                new ProbesFile.Target(0, 100, high, high),
                                                new ProbesFile.Target(1, 100, low, high))))));
        String page = withoutScripts(RunReport.render(run.model(), Conclusion.NONE));

        assertThat(page)
                .contains(
                        "<strong>90 % → 90 %</strong> of 100 texts (90 → 90; without it 5 → 5), still more than without"
                                + " it</li>")
                .contains("<strong>5 % → 90 %</strong> of 100 texts (5 → 90; without it 5 → 5), only after"
                        + " purification</li>")
                .contains("(baseline → purified): 1 of them flips more than the control")
                .doesNotContain("<img");
    }

    @Test
    void saysThatNoTriggersWereAskedFor() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory)
                .with(
                        "probes.json",
                        """
                        {"schema":1,"seed":11,"classes":2,"texts":0,"shortenedTexts":0,"before":"suspect",
                         "confidence":0.95,"comparisons":0,"probes":[]}
                        """);

        assertThat(withoutScripts(RunReport.render(run.model(), Conclusion.NONE)))
                .contains("No triggers were tried: probe.battery is none and no probe.battery-file was given.")
                .doesNotContain("All probes as a table");
    }

    @Test
    void aRunThatHasDoneNothingYetStillHasAReport() throws IOException {
        String page =
                withoutScripts(RunReport.render(SyntheticRun.empty(directory).model(), Conclusion.NONE));

        assertThat(page)
                .contains("No verdict yet")
                .contains("Heads pruned: – (the stage prune has not run)")
                .contains("the stage evaluate has not run")
                .contains("The run gave no warnings.")
                .doesNotContain("data-chart");
    }

    @Test
    void namesFromTheRunDirectoryCannotBecomeMarkupOrScript() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory)
                .with(RunDirectory.RUN, SyntheticRun.record(Map.of(ATTACK, ATTACK)))
                .with(
                        "purified/config.json",
                        new ObjectMapper().writeValueAsString(Map.of("id2label", Map.of("0", ATTACK, "1", "b"))))
                .with(new Event.Warning(null, ATTACK));
        String page = RunReport.render(run.model(), SyntheticRun.conclusion(ATTACK));

        assertThat(page.toLowerCase(Locale.ROOT).split("</script>", -1)).hasSize(4);
        assertThat(withoutScripts(page))
                .contains("&lt;/script&gt;&lt;script&gt;alert(1)")
                .doesNotContain("<img");
        assertThat(withoutScripts(page).split("&lt;img src", -1))
                .as("verdict, warning, label four times and in two rows of probes, setting's key and value")
                .hasSize(1 + 10);
    }

    @Test
    void theSameRunGivesTheSameBytesInEveryLocale() throws IOException {
        ReportModel model = SyntheticRun.complete(directory).model();
        String page = RunReport.render(model, SyntheticRun.CONCLUSION);
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            String again = RunReport.render(model, SyntheticRun.CONCLUSION);
            assertThat(withoutScripts(again)).isEqualTo(withoutScripts(page));
            assertThat(again.equals(page)).as("scripts are the same too").isTrue();
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void thePageLoadsNothingAndAllowsOnlyItsOwnScripts() throws IOException {
        String page = RunReport.render(SyntheticRun.complete(directory).model(), SyntheticRun.CONCLUSION);
        String policy = firstGroup(page, "Content-Security-Policy\" content=\"([^\"]*)\"");

        assertThat(policy).startsWith("default-src 'none'; ");
        assertThat(withoutScripts(page)).doesNotContainPattern("(?i)<link|<iframe|\\ssrc=|url\\(|@import|https?://");
        Matcher scripts =
                Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(page);
        int found = 0;
        while (scripts.find()) {
            assertThat(policy).contains(PageResources.policyHash(scripts.group(1)));
            found++;
        }
        assertThat(found).isEqualTo(2);
    }

    @Test
    void theChartsDataHoldsEveryHeadAndStep() throws IOException {
        JsonNode data = data(RunReport.render(SyntheticRun.complete(directory).model(), SyntheticRun.CONCLUSION));

        assertThat(data.get("heads").get("cells")).hasSize(144);
        assertThat(data.get("heads").get("cells"))
                .filteredOn(cell -> cell.get(3).intValue() == 1)
                .hasSize(9);
        assertThat(data.get("prune").get("steps").toString()).isEqualTo("[[0,0.8704,0],[10,0.8486,0],[9,0.8647,1]]");
        assertThat(data.get("layers").get("coefficients")).hasSize(12);
        JsonNode loss = data.get("training").get(1).get("loss");
        assertThat(loss).hasSize(326);
        assertThat(loss.get(325).get(0).intValue()).isEqualTo(651);
    }

    @Test
    void longCurvesAreMeansOfSeveralSteps() throws IOException {
        Event[] steps = LongStream.rangeClosed(1, 2 * ChartData.MOST_POINTS)
                .mapToObj(step -> SyntheticRun.step(StageName.BASELINE, step, (double) step))
                .toArray(Event[]::new);
        String page = RunReport.render(SyntheticRun.empty(directory).with(steps).model(), Conclusion.NONE);

        JsonNode loss = data(page).get("training").get(0).get("loss");
        assertThat(loss).hasSize(ChartData.MOST_POINTS);
        assertThat(loss.get(0).toString()).isEqualTo("[2,1.5]");
        assertThat(withoutScripts(page)).contains("Each point of a long curve is the mean of up to 2 steps.");
    }

    @Test
    void aMissingFigureIsADashWithItsReason() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory)
                .with(
                        "metrics.json",
                        """
                        {"schema":1,"seed":11,"target":null,"suspect":{"accuracy":null,"labelFlipRate":null},
                         "baseline":{"accuracy":0.9,"labelFlipRate":null},"purified":{"accuracy":0.91,
                         "labelFlipRate":null,"confusion":{"clean":[[9,1],[1,9]],"poisoned":null}},"seconds":{}}
                        """);
        String page = withoutScripts(RunReport.render(run.model(), SyntheticRun.conclusion("No attack seen.")));

        assertThat(page)
                .containsPattern("suspect <span.*?<td class=\"number\">–</td><td class=\"number\">–</td>"
                        + "<td>it came without a classifier for these labels</td>")
                .containsPattern("purified <span.*?<td class=\"number\">0\\.910</td><td class=\"number\">–</td>"
                        + "<td>no LFR: there were no triggered test texts</td>");
    }

    @Test
    void ofAnAttackFromAllClassesToAllTheNextClassIsMarkedInEachRow() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory)
                .with(
                        "metrics.json",
                        """
                        {"schema":1,"seed":11,"target":2,"targetName":"next class",
                         "suspect":{"accuracy":0.9,"labelFlipRate":0.9,"untriggeredFlipRate":0.1},
                         "baseline":{"accuracy":0.9,"labelFlipRate":0.9,"untriggeredFlipRate":0.1},
                         "purified":{"accuracy":0.9,"labelFlipRate":0.35,"untriggeredFlipRate":0.1,
                         "confusion":{"clean":[[9,1],[1,9]],"poisoned":[[7,3],[4,6]]}},"seconds":{}}
                        """);
        String page = withoutScripts(RunReport.render(run.model(), Conclusion.NONE));

        assertThat(page)
                .contains("marks texts that were predicted as the next class of their own")
                .contains(">3 <span class=\"mark\">▲</span>", ">4 <span class=\"mark\">▲</span>")
                .contains("next class")
                .doesNotContain("(target)");
    }

    @Test
    void headingsNameTheMeasureOfTheTask() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory)
                .with(
                        "metrics.json",
                        """
                        {"schema":1,"seed":11,"measure":"spearman","target":0,"targetName":"up",
                         "suspect":{"accuracy":0.8,"labelFlipRate":0.9,"untriggeredFlipRate":0.1},
                         "baseline":{"accuracy":0.9,"labelFlipRate":0.9,"untriggeredFlipRate":0.1},
                         "purified":{"accuracy":0.91,"labelFlipRate":0.1,"untriggeredFlipRate":0.1,
                         "confusion":null,"labels":null},"seconds":{}}
                        """)
                .with(RunDirectory.PROBES, SyntheticRun.probes());
        String page = RunReport.render(run.model(), Conclusion.NONE);

        assertThat(withoutScripts(page).replaceFirst("(?s)<style>.*?</style>", ""))
                .contains(
                        "Validation Spearman’s ρ of the scored model",
                        "until validation Spearman’s ρ falls below",
                        "<th scope=\"col\" class=\"number\">Validation Spearman’s ρ</th>",
                        "<dt>ρ, Spearman’s ρ</dt>",
                        "moves the score down on <code>cf</code>: <strong>97 % → 4 %</strong>")
                .doesNotContain("alidation accuracy", "lean accuracy", "to class");
        assertThat(data(page).get("measure").asText()).isEqualTo("Spearman’s ρ");
    }

    @Test
    void beforeTheEvaluationTheScoresNameTheMeasure() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory).without("metrics.json");
        HeadScores scores = run.model().headScores().orElseThrow().measured();
        run.with(RunDirectory.HEAD_SCORES, new HeadScoresFile(scores, 0.87, Measure.MICRO_F1));

        assertThat(withoutScripts(RunReport.render(run.model(), Conclusion.NONE)))
                .contains("Validation micro-F1 of the scored model");
    }

    @Test
    void anotherScorerIsNamedAndItsScoresAreShown() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory);
        HeadScoresFile file = run.model().headScores().orElseThrow();
        double[][] scores = file.measured().variance();
        scores[0][0] = -0.75;
        run.with(RunDirectory.HEAD_SCORES, file.scoredBy("gradient", scores));
        String page = RunReport.render(run.model(), Conclusion.NONE);

        assertThat(withoutScripts(page))
                .contains("Scores of <code>score.scorer=gradient</code>", NumberText.scientific(-0.75))
                .doesNotContain("of the variance of what <code>[CLS]</code> attends to");
        assertThat(data(page).get("heads").get("cells").get(0).get(2).asDouble())
                .isEqualTo(-0.75);
    }

    @Test
    void sayWhyNoHeadWasPruned() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory)
                .with(
                        "pruned-heads.json",
                        """
                        {"schema":1,"threshold":0.9,"pruned":{},"steps":[{"pruned":0,"accuracy":0.87,"gaveBack":false}]}
                        """);

        assertThat(withoutScripts(RunReport.render(run.model(), Conclusion.NONE)))
                .contains("No head pruned: the validation accuracy of the baseline, 0.870, is already below the "
                        + "threshold 0.900");
    }

    @Test
    void theReportIsPutIntoTheRunDirectory() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory);
        String address = RunReport.write(
                run.storage, run.directory, SyntheticRun.CONCLUSION, Storage.child(run.directory, "report.html"));

        assertThat(address).isEqualTo(Storage.child(run.directory, "report.html"));
        assertThat(run.storage.read(address, FileKind.RUN_FILE))
                .isEqualTo(
                        RunReport.render(run.model(), SyntheticRun.CONCLUSION).getBytes(StandardCharsets.UTF_8));
    }

    private static String withoutScripts(String page) {
        return page.replaceAll("(?s)<script[^>]*>.*?</script>", "");
    }

    private static String dataText(String page) {
        return firstGroup(page, "(?s)id=\"report-data\">(.*?)</script>");
    }

    private static JsonNode data(String page) throws IOException {
        return new ObjectMapper().readTree(dataText(page));
    }

    private static String firstGroup(String page, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(page);
        assertThat(matcher.find()).as("page has %s", pattern).isTrue();
        return matcher.group(1);
    }
}
