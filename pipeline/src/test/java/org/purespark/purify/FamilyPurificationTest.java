// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.family.Families;
import org.purespark.family.Family;

/** From a clean encoder to a purified one, for a family that is far from BERT; {@link FamilyPurificationIT}: all. */
class FamilyPurificationTest {
    @TempDir
    private Path directory;

    @Test
    void aPlantedTriggerIsMeasuredBeforeAndAfterPurification() throws IOException {
        Family family = Families.ALL.stream()
                .filter(one -> one.modelType().equals("modernbert"))
                .findFirst()
                .orElseThrow();
        FamilyPurification.Outcome outcome =
                FamilyPurification.in(directory, 1000, 8).run(family);
        assertThat(outcome.metrics().suspect().labelFlipRate()).isGreaterThanOrEqualTo(0.9);
        // A third of the texts that FamilyPurificationIT trains on.
        assertThat(outcome.metrics().suspect().accuracy()).isGreaterThanOrEqualTo(0.7);
        assertThat(outcome.metrics().purified().accuracy()).isGreaterThanOrEqualTo(0.65);
    }
}
