// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.storage.Storage;

class ResultTableTest {
    private static final ResultRow.Figures SUSPECT = new ResultRow.Figures(0.9, 1.0, 0.1);

    @TempDir
    private Path directory;

    @Test
    void linesHaveMeansDeviationsAndPairedDifferences() {
        ResultTable table = ResultTable.of(
                List.of(row(1, "ft", 0.9), row(1, "pure", 0.3), row(2, "ft", 0.8), row(2, "pure", 0.1)), "ft");
        assertThat(table.markdown().lines().toList())
                .containsExactly(
                        "| model | attack | settings | defence | seeds | ACC | LFR | LFR without trigger |"
                                + " heads pruned | seconds | LFR minus ft's (95 %) |",
                        "|---|---|---|---|---|---|---|---|---|---|---|",
                        "| m | a |  | none | 2 | 0.900 ± 0.000 | 1.000 ± 0.000 | 0.100 ± 0.000 |  |  |  |",
                        "| m | a |  | ft | 2 | 0.880 ± 0.000 | 0.850 ± 0.071 | 0.120 ± 0.000 | 4.0 | 9 |  |",
                        "| m | a |  | pure | 2 | 0.880 ± 0.000 | 0.200 ± 0.141 | 0.120 ± 0.000 | 4.0 | 9 |"
                                + " -0.650 (-1.285 to -0.015) |");
        assertThat(table.csv())
                .contains("m,a,,ft,2,0.88,0.0,")
                .startsWith("model,attack,settings,defence,seeds,acc,acc_sd,lfr,");
        assertThat(table.latex())
                .contains("m & a &  & ft & 2 & 0.880 $\\pm$ 0.000 & 0.850 $\\pm$ 0.071")
                .contains("LFR minus ft's (95 \\%) \\\\");
    }

    @Test
    void intervalIsThatOfStudentsT() {
        // t(3) at 0.975 is 3.182446; s is 1.290994 and n is 4
        Sample sample = new Sample(List.of(1.0, 2.0, 3.0, 4.0));
        assertThat(sample.halfWidth()).isCloseTo(3.182446 * 1.290994 / 2, within(1e-5));
        assertThat(new Sample(List.of(1.0)).halfWidth()).isInfinite();
    }

    @Test
    void failedRowsAreInNoTable() {
        assertThat(ResultTable.of(List.of(failed("k")), "ft").markdown().lines())
                .hasSize(2);
    }

    private static ResultRow failed(String key) {
        return new ResultRow(
                1,
                key,
                "e",
                "m",
                "a",
                1,
                "",
                "ft",
                null,
                ResultRow.Figures.ABSENT,
                ResultRow.Figures.ABSENT,
                ResultRow.Figures.ABSENT,
                null,
                null,
                null,
                Map.of(),
                "2026-01-01T00:00:00Z",
                "it diverged");
    }

    @Test
    void rowsAreReadBackAndAFailedOneIsMadeAgain() throws IOException {
        Storage storage = new Storage(new Configuration(false));
        String file = directory.resolve("rows.jsonl").toString();
        ResultRows rows = new ResultRows(storage, file);
        ResultRow row = row(1, "ft", 0.9);
        rows.add(row);
        rows.add(row(2, "ft", 0.7));
        ResultRows again = new ResultRows(storage, file);
        assertThat(again.all()).containsExactlyElementsOf(rows.all());
        assertThat(again.done(row.key())).contains(row);
        assertThat(again.done("another")).isEmpty();
    }

    @Test
    void aFailedRowOfAnotherFileDoesNotTakeTheFinishedOnesPlace() throws IOException {
        Storage storage = new Storage(new Configuration(false));
        ResultRow finished = row(1, "ft", 0.9);
        ResultRows rows =
                new ResultRows(storage, directory.resolve("rows.jsonl").toString());
        rows.add(finished);
        String other = directory.resolve("other.jsonl").toString();
        new ResultRows(storage, other).add(failed(finished.key()));
        rows.read(other);
        assertThat(rows.done(finished.key())).contains(finished);
    }

    @Test
    void lineThatIsNoRowIsNamed() throws IOException {
        Storage storage = new Storage(new Configuration(false));
        Path file = Files.writeString(directory.resolve("rows.jsonl"), "\n{\"schema\":1}\n");
        assertThatThrownBy(() -> new ResultRows(storage, file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read " + file + ", line 2: ");
    }

    private static ResultRow row(long seed, String defence, double flips) {
        return new ResultRow(
                1,
                defence + seed,
                "e",
                "m",
                "a",
                seed,
                "",
                defence,
                "positive",
                SUSPECT,
                SUSPECT,
                new ResultRow.Figures(0.88, flips, 0.12),
                4,
                null,
                null,
                Map.of("baseline", 100.0, "score", 2.0, "prune", 3.0, "normalize", 4.0),
                "2026-01-01T00:00:00Z",
                null);
    }
}
