// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.purespark.locate.LocateFile.Measured;
import org.purespark.locate.Place.Span;
import org.purespark.run.artifact.MetricsFile.Figures;
import org.purespark.task.Measure;

class LocateTableTest {
    private static final Place ATTENTION = Place.of(Part.ATTENTION, Span.one(0));
    private static final Place MLP = Place.of(Part.MLP, Span.one(0));
    private static final Place WORDS = Place.outside(Part.WORD_EMBEDDINGS);

    private static LocateFile file(Measured... changes) {
        return new LocateFile(
                1, "s", null, Measure.ACCURACY, 1, "good", 10, 10, new Figures(0.9, 0.95, 0.05), List.of(changes));
    }

    @Test
    void eachChangeHasALineAndTheStrongestIsNamed() {
        LocateFile file = file(
                new Measured(Way.OFF, ATTENTION, new Figures(0.89, 0.5, 0.1)),
                new Measured(Way.OFF, MLP, new Figures(0.9, 0.9, 0.05)),
                new Measured(Way.TRANSPLANT, WORDS, new Figures(0.88, 0.04, 0.05)));
        assertThat(LocateTable.of(file))
                .isEqualTo(
                        """
                        change      part                    ACC    LFR  control  excess
                        ----------  --------------------  -----  -----  -------  ------
                        none                              0.900  0.950    0.050   0.900
                        off         attention of layer 0  0.890  0.500    0.100   0.400
                        off         MLP of layer 0        0.900  0.900    0.050   0.850
                        transplant  word embeddings       0.880  0.040    0.050   0.000

                        """
                                + "off, one part: the attack goes with the attention of layer 0: excess 0.900 -> 0.400,"
                                + " accuracy 0.900 -> 0.890\n"
                                + "transplant, one part: the attack goes with the word embeddings: excess 0.900 ->"
                                + " 0.000, accuracy 0.900 -> 0.880\n");
    }

    @Test
    void aPartThatTakesLessThanHalfIsNotSaidToCarryTheAttack() {
        assertThat(LocateTable.lines(file(
                        new Measured(Way.OFF, ATTENTION, new Figures(0.9, 0.8, 0.05)),
                        new Measured(Way.OFF, MLP, new Figures(0.9, 0.6, 0.05)))))
                .containsExactly("off, one part: none carries the attack; most goes with the MLP of layer 0: excess"
                        + " 0.900 -> 0.550, accuracy 0.900 -> 0.900");
    }

    /** A model that always gives one class flips nothing, or everything: that finds no backdoor. */
    @Test
    void aChangeThatCostsTheAccuracyIsNoFinding() {
        LocateFile file = file(
                new Measured(Way.OFF, ATTENTION, new Figures(0.5, 0.0, 0.0)),
                new Measured(Way.OFF, MLP, new Figures(null, 1.0, 1.0)),
                new Measured(Way.TRANSPLANT, Place.of(Part.LAYERS, new Span(0, 2)), new Figures(0.86, 0.2, 0.05)));
        assertThat(LocateTable.lines(file))
                .containsExactly(
                        "off, one part: no change that costs at most 0.050 of accuracy takes any of the attack",
                        "transplant, several layers: the attack goes with the layers 0 to 2: excess 0.900 -> 0.150,"
                                + " accuracy 0.900 -> 0.860");
        assertThat(LocateTable.of(file)).contains("off         MLP of layer 0            -  1.000    1.000   0.000");
    }
}
