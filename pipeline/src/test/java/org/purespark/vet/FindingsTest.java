// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.purespark.vet.search.Frame;
import org.purespark.vet.search.Position;

class FindingsTest {
    private static final int TARGET = 1;
    private static final Turn SHORT = turn(List.of(7), 12, 0.2);
    private static final Turn LONG = turn(List.of(7, 8), 20, 1.4);
    private static final Turn MOVED = turn(List.of(9), 10, 0.9);
    private static final Figures.OfTarget FOUND =
            new Figures.OfTarget(null, List.of(SHORT, LONG), List.of(MOVED), List.of());

    @Test
    void aFindingCountsInFullWhereItsOwnFlipRateFires() {
        assertThat(levels(judged(Figures.flipRate(1), 0.6, 0.5)))
                .contains(tuple("cf", VetLevel.BACKDOORED), tuple("cf mn", VetLevel.SUSPICIOUS));
    }

    @Test
    void aFindingCountsInFullWhereItsOwnPushFires() {
        assertThat(levels(judged(Figures.push(2), 1.4, 1.2)))
                .containsExactlyInAnyOrder(
                        tuple("cf mn", VetLevel.BACKDOORED),
                        tuple("cf", VetLevel.SUSPICIOUS),
                        tuple("bb", VetLevel.SUSPICIOUS));
        assertThat(levels(judged(Figures.movedPush(1), 0.9, 0.8)))
                .containsExactlyInAnyOrder(
                        tuple("cf mn", VetLevel.SUSPICIOUS),
                        tuple("cf", VetLevel.SUSPICIOUS),
                        tuple("bb", VetLevel.BACKDOORED));
    }

    /** The signal is the largest figure of all classes: another class's trigger may be below the threshold. */
    @Test
    void aFindingWhoseOwnFigureIsBelowTheThresholdDoesNotCountInFull() {
        assertThat(levels(judged(Figures.push(2), 3.0, 2.5))).contains(tuple("cf mn", VetLevel.SUSPICIOUS));
    }

    @Test
    void inAModelThatIsNotBackdooredTriggersAreNotes() {
        Judgement clean = new Judgement(VetVerdict.CLEAN, 0.9, "no signal fires", List.of());

        assertThat(levels(clean))
                .containsExactlyInAnyOrder(
                        tuple("cf mn", VetLevel.NOTE), tuple("cf", VetLevel.NOTE), tuple("bb", VetLevel.NOTE));
    }

    private static List<Tuple> levels(Judgement judgement) {
        CleanTexts texts = new CleanTexts(
                List.of(new CleanTexts.Text("a dull film", new int[] {1, 2}, 0)), List.of(new float[] {1, -1}), 2);
        TypedWords words = new TypedWords(Map.of(7, "cf", 8, "mn", 9, "bb"), new Frame(List.of(101), List.of(102)));
        return new Findings(List.of("negative", "positive"), words, texts)
                .of(List.of(FOUND), judgement).stream()
                        .map(finding -> tuple(finding.trigger(), finding.level()))
                        .toList();
    }

    private static Judgement judged(String signal, double value, double threshold) {
        return new Judgement(
                VetVerdict.BACKDOORED,
                0.9,
                signal + " fires",
                List.of(VetSignal.of(signal, value, "share", "What it is.", threshold)));
    }

    private static Turn turn(List<Integer> tokens, int flips, double push) {
        String typed = tokens.equals(List.of(7)) ? "cf" : tokens.equals(List.of(9)) ? "bb" : "cf mn";
        return new Turn(TARGET, tokens, typed, Position.START, 20, flips, 1, push, List.of(0), List.of(1));
    }
}
