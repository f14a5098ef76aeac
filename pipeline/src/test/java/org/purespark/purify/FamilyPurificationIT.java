// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.family.Families;
import org.purespark.family.Family;

/**
 * From a clean encoder to a purified one, for every family: about a minute each. {@code
 * target/purified-families.md} gets the table of docs/models.md. How much of an attack is left is reported, not
 * asserted.
 */
@Tag("large")
class FamilyPurificationIT {
    private static final Path TABLE = Path.of("target/purified-families.md");
    private static final List<String> ROWS = new ArrayList<>();

    @TempDir
    private Path directory;

    /** {@code -Dfamilies.kept=DIR} keeps what is made of each family there. */
    private Path place(Family family) throws IOException {
        String kept = System.getProperty("families.kept");
        return kept == null ? directory : Files.createDirectories(Path.of(kept).resolve(family.modelType()));
    }

    static List<Family> families() {
        return Families.ALL;
    }

    @ParameterizedTest
    @MethodSource("families")
    void aPlantedTriggerIsMeasuredBeforeAndAfterPurification(Family family) throws IOException {
        FamilyPurification.Outcome outcome =
                FamilyPurification.in(place(family), 3500, 16).run(family);
        ROWS.add(outcome.row());
        System.out.println(outcome.row());
        assertThat(outcome.metrics().suspect().labelFlipRate()).isGreaterThanOrEqualTo(0.9);
        assertThat(outcome.metrics().suspect().accuracy()).isGreaterThanOrEqualTo(0.85);
        assertThat(outcome.metrics().purified().accuracy()).isGreaterThanOrEqualTo(0.8);
    }

    @AfterAll
    static void writeTable() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("| family | suspect | baseline | heads pruned (of 8) | purified |");
        lines.add("|---|---|---|---|---|");
        lines.addAll(ROWS);
        Files.createDirectories(TABLE.getParent());
        Files.write(TABLE, lines);
    }
}
