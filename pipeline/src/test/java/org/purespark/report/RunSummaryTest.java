// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.report.ConsoleTable.Align;
import org.purespark.report.ConsoleTable.Column;
import org.purespark.run.artifact.ProbesFile;

class RunSummaryTest {
    @TempDir
    private Path directory;

    @Test
    void showsACompleteRunInOneScreen() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory);

        assertThat(RunSummary.of(run.model(), SyntheticRun.CONCLUSION))
                .isEqualTo(
                        """
                        REPAIR
                        VERDICT

                        model       ACC    LFR
                        --------  -----  -----
                        suspect   0.876  1.000
                        baseline  0.880  1.000
                        purified  0.878  0.167

                        9 of 144 heads pruned (6.3 %)

                        4 known triggers tried on 200 clean texts (suspect → purified): 1 of them \
                        flips more than the control, the same texts without it.
                          flips to class positive on `cf`: 97 % → 4 % of 100 texts (97 → 4; without it 6 → 5)

                        stage      seconds
                        ---------  -------
                        baseline     241.5
                        score          9.3
                        prune         38.2
                        normalize    266.9
                        evaluate      31.0
                        all          586.9

                        run directory  DIRECTORY
                        """
                                .replace("REPAIR", SyntheticRun.REPAIR)
                                .replace("VERDICT", SyntheticRun.VERDICT)
                                .replace("DIRECTORY", run.directory));
    }

    @Test
    void saysThatNoProbeFlipsMoreThanTheControl() throws IOException {
        SyntheticRun run = SyntheticRun.complete(directory).with("probes.json", withoutFindings());

        assertThat(RunSummary.of(run.model(), Conclusion.NONE))
                .contains("4 known triggers tried on 200 clean texts (suspect → purified): no probe flips more than the"
                        + " control, the same texts without it.\n\nstage");
    }

    @Test
    void saysNothingOfProbesThatWereNotAskedFor() throws IOException {
        ProbesFile none =
                new ProbesFile(ProbesFile.SCHEMA, 11, 2, 0, 0, ProbesFile.Before.BASELINE, 0.95, 0, List.of());
        SyntheticRun run = SyntheticRun.complete(directory).with("probes.json", none);

        assertThat(RunSummary.of(run.model(), Conclusion.NONE)).contains("(6.3 %)\n\nstage");
    }

    /** The synthetic run's probes, the suspect's flips being those of the purified model. */
    private static ProbesFile withoutFindings() {
        ProbesFile file = SyntheticRun.probes();
        List<ProbesFile.ProbeResult> probes = file.probes().stream()
                .map(probe -> new ProbesFile.ProbeResult(
                        probe.name(),
                        probe.kind(),
                        probe.change(),
                        probe.outcome(),
                        probe.changedTexts(),
                        probe.targets().stream()
                                .map(target -> new ProbesFile.Target(
                                        target.target(), target.texts(), target.after(), target.after()))
                                .toList()))
                .toList();
        return new ProbesFile(
                file.schema(),
                file.seed(),
                file.classes(),
                file.texts(),
                file.shortenedTexts(),
                file.before(),
                file.confidence(),
                file.comparisons(),
                probes);
    }

    @Test
    void saysWhatIsMissingAndWhy() throws IOException {
        SyntheticRun run = SyntheticRun.empty(directory);

        assertThat(RunSummary.of(run.model(), Conclusion.NONE))
                .isEqualTo(
                        """
                        No verdict yet: the stage evaluate has not been run.

                        model     ACC  LFR  remark
                        --------  ---  ---  ------------------------------
                        suspect     –    –  the stage evaluate has not run
                        baseline    –    –  the stage evaluate has not run
                        purified    –    –  the stage evaluate has not run

                        Heads pruned: – (the stage prune has not run)

                        run directory  DIRECTORY
                        """
                                .replace("DIRECTORY", run.directory));
    }

    @Test
    void aNameCannotSteerTheTerminal() {
        String table =
                ConsoleTable.of(List.of(new Column("file", Align.LEFT)), List.of(List.of("a\u001b[2Jb\u202e\n")));

        assertThat(table)
                .isEqualTo(
                        """
                file
                -------------------
                a\\u001b[2Jb\\u202e\\n
                """);
    }

    @Test
    void aRowWithAnotherNumberOfCellsIsRefused() {
        assertThatThrownBy(() -> ConsoleTable.of(List.of(new Column("a", Align.LEFT)), List.of(List.of("1", "2"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("row [1, 2] has 2 cells, the table 1 columns");
    }
}
