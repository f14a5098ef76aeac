// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.run.RunDirectory;
import org.purespark.run.event.Event;
import org.purespark.storage.Storage;

/** Opens the report in a real browser. Skipped where there is none. Screenshots stay in {@code target/report-it}. */
class RunReportIT {
    private static final Path SCREENSHOTS = Path.of("target", "report-it");
    private static final Pattern CHART =
            Pattern.compile("<div class=\"chart\"[^>]*>(\\s*<div[^>]*>\\s*<svg.*?</svg>)?", Pattern.DOTALL);

    /** The reader's colours, by the number that Chromium has for them. */
    enum Scheme {
        DARK(0),
        LIGHT(1);

        private final int number;

        Scheme(int number) {
            this.number = number;
        }
    }

    private record Browser(String output, String console) {}

    @TempDir
    private Path directory;

    private Path chromium;

    @BeforeEach
    void findChromium() {
        Optional<Path> found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), "no chromium on the PATH: the report is not opened in a browser");
        chromium = found.get();
    }

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void everyChartOfACompleteRunIsDrawn(Scheme scheme) throws Exception {
        SyntheticRun run = SyntheticRun.complete(directory.resolve("run"));
        String address = RunReport.write(
                run.storage, run.directory, SyntheticRun.CONCLUSION, Storage.child(run.directory, "report.html"));

        Browser browser = open(address, scheme, "--dump-dom");
        List<MatchResult> charts = CHART.matcher(browser.output()).results().toList();

        assertThat(browser.console()).as("console of the browser").doesNotContain("CONSOLE");
        assertThat(charts).hasSize(8).allSatisfy(chart -> assertThat(chart.group(1))
                .as("drawing in %s", chart.group())
                .isNotNull());
        assertThat(browser.output().split("✕</text>", -1))
                .as("marks of pruned heads")
                .hasSize(1 + 9);
        assertThat(browser.output()).contains(">threshold 0.850</text>").contains(">end: 9 pruned</text>");
        assertThat(browser.output())
                .as("colour of the axes' text")
                .contains(scheme == Scheme.DARK ? "fill=\"#e8ecf0\"" : "fill=\"#1b1f24\"");
    }

    @ParameterizedTest
    @EnumSource(Scheme.class)
    void aScreenshotCanBeTaken(Scheme scheme) throws Exception {
        SyntheticRun run = SyntheticRun.complete(directory.resolve("run"));
        String address = RunReport.write(
                run.storage, run.directory, SyntheticRun.CONCLUSION, Storage.child(run.directory, "report.html"));
        Files.createDirectories(SCREENSHOTS);
        Path picture = SCREENSHOTS.resolve("report-" + scheme.name().toLowerCase(java.util.Locale.ROOT) + ".png");
        Files.deleteIfExists(picture);

        open(address, scheme, "--window-size=1200,5200", "--screenshot=" + picture.toAbsolutePath());

        assertThat(picture).isNotEmptyFile();
    }

    @Test
    void aRunWithoutStagesGivesNoErrors() throws Exception {
        SyntheticRun run = SyntheticRun.empty(directory.resolve("run"));
        run.storage.makeDirectory(run.directory);
        String address = RunReport.write(
                run.storage, run.directory, Conclusion.NONE, Storage.child(run.directory, "report.html"));

        Browser browser = open(address, Scheme.LIGHT, "--dump-dom");

        assertThat(browser.console()).doesNotContain("CONSOLE");
        assertThat(browser.output()).contains("No verdict yet").contains("<html lang=\"en\" class=\"js\">");
    }

    @Test
    void anAttackByNamesRunsNothing() throws Exception {
        String attack =
                "</script><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        SyntheticRun run = SyntheticRun.complete(directory.resolve("run"))
                .with(RunDirectory.RUN, SyntheticRun.record(Map.of(attack, attack)))
                .with(
                        "purified/config.json",
                        new ObjectMapper().writeValueAsString(Map.of("id2label", Map.of("0", attack, "1", "b"))))
                .with(new Event.Warning(null, attack));
        String address = RunReport.write(
                run.storage,
                run.directory,
                SyntheticRun.conclusion(attack),
                Storage.child(run.directory, "report.html"));

        Browser browser = open(address, Scheme.LIGHT, "--dump-dom");

        assertThat(browser.console()).doesNotContain("CONSOLE");
        assertThat(browser.output()).doesNotContain("<title>owned</title>").contains("<title>Purification report");
    }

    private Browser open(String address, Scheme scheme, String... what) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                chromium.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--enable-logging=stderr",
                "--user-data-dir=" + directory.resolve("profile"),
                "--virtual-time-budget=5000",
                "--blink-settings=preferredColorScheme=" + scheme.number));
        command.addAll(List.of(what));
        command.add(URI.create(address).toString());
        Path output = directory.resolve("output");
        Path console = directory.resolve("console");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(console.toFile())
                .start();
        try {
            assertThat(process.waitFor(90, TimeUnit.SECONDS))
                    .as("chromium ended in time")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(console)).isZero();
        return new Browser(Files.readString(output), Files.readString(console));
    }
}
