// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;
import org.purespark.task.TaskKind;

class ConfusionTest {
    private static final Confusion THREE = new Confusion(new long[][] {{5, 3, 2}, {1, 8, 1}, {0, 4, 6}});

    @Test
    void countsTrueAgainstPredicted() {
        Confusion counts = Confusion.of(new int[] {0, 0, 1, 2}, new int[] {0, 1, 1, 0}, 3);

        assertThat(counts).isEqualTo(new Confusion(new long[][] {{1, 1, 0}, {0, 1, 0}, {1, 0, 0}}));
        assertThat(counts.texts()).isEqualTo(4);
        assertThat(counts.accuracy()).hasValue(0.5);
    }

    @Test
    void labelFlipRateLeavesTheTargetsOwnTextsOut() {
        assertThat(THREE.labelFlipRate(0)).hasValue(1.0 / 20);
        assertThat(THREE.labelFlipRate(1)).hasValue(7.0 / 20);
        assertThat(THREE.labelFlipRate(2)).hasValue(3.0 / 20);
    }

    @Test
    void anAttackFromAllClassesToAllWantsTheNextClassOfEachText() {
        int next = THREE.classes();

        assertThat(THREE.labelFlipRate(next)).hasValue((3.0 + 1.0 + 0.0) / 30);
        assertThat(THREE.aim(0, next)).isEqualTo(1);
        assertThat(THREE.aim(2, next)).isZero();
        assertThat(THREE.flippable(next)).isEqualTo(30);
        assertThat(THREE.aim(2, 1)).isEqualTo(1);
        assertThat(THREE.flippable(1)).isEqualTo(20);
        assertThat(new FlipTargets(TaskKind.ONE_LABEL, List.of("a", "b", "c")).number("next class"))
                .hasValue(next);
        assertThat(new FlipTargets(TaskKind.ONE_LABEL, List.of("a", "b", "c")).name(next))
                .isEqualTo("next class");
        assertThat(new FlipTargets(TaskKind.MANY_LABELS, List.of("a", "b")).number("next class"))
                .isEmpty();
    }

    @Test
    void aClassOfThatNameIsAClass() {
        assertThat(new FlipTargets(TaskKind.ONE_LABEL, List.of("this class", "next class")).number("next class"))
                .hasValue(1);
    }

    @Test
    void ratesByClass() {
        assertThat(THREE.recall(0)).hasValue(0.5);
        assertThat(THREE.precision(1)).hasValue(8.0 / 15);
    }

    @Test
    void ratesWithoutTextsAreEmpty() {
        assertThat(Confusion.none(2).accuracy()).isEmpty();
        assertThat(Confusion.none(2).recall(0)).isEmpty();
        assertThat(Confusion.none(2).precision(0)).isEmpty();
        assertThat(new Confusion(new long[][] {{0, 0}, {2, 3}}).labelFlipRate(1))
                .isEmpty();
        assertThat(new Confusion(new long[][] {{7}}).labelFlipRate(0)).isEmpty();
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatThrownBy(() -> THREE.labelFlipRate(4))
                .isInstanceOf(InputException.class)
                .hasMessage("target class 4 is not one of the 3 classes, which start at 0");
        assertThatThrownBy(() -> Confusion.of(new int[] {0}, new int[] {2}, 2))
                .hasMessage("prediction for text 0 is 2, expected 0 to 1");
        assertThatThrownBy(() -> Confusion.of(new int[] {0}, new int[0], 2))
                .hasMessage("1 true classes, but 0 predictions");
        assertThatThrownBy(() -> THREE.merge(Confusion.none(2)))
                .hasMessage("counts of 3 classes do not merge with those of 2");
        assertThatThrownBy(() -> new Confusion(new long[][] {{1, 2}, {3}}))
                .hasMessage("row 1 of the confusion matrix has 1 columns, expected 2");
        assertThatThrownBy(() -> new Confusion(new long[][] {{-1}}))
                .hasMessage("row 0 of the confusion matrix holds the negative count -1");
    }

    @Test
    void ratesAreNullWhereThereIsNothingToMeasure() {
        assertThat(Rates.of(THREE, THREE, 1)).isEqualTo(new Rates(19.0 / 30, 7.0 / 20));
        assertThat(Rates.of(THREE, null, 0)).isEqualTo(new Rates(19.0 / 30, null));
        assertThat(Rates.of(null, Confusion.none(2), 0)).isEqualTo(Rates.NONE);
        assertThatThrownBy(() -> new Rates(1.5, null)).hasMessage("accuracy 1.5 must be 0 to 1");
    }

    @Test
    void targetIsTheClassMostFlippedTo() {
        assertThat(AttackTarget.mostFlipped(THREE)).hasValue(1);
        assertThat(AttackTarget.mostFlipped(new Confusion(new long[][] {{1, 1}, {1, 1}})))
                .hasValue(0);
        assertThat(AttackTarget.mostFlipped(Confusion.none(2))).isEqualTo(OptionalInt.empty());
    }

    @Test
    void anAttackFromAllClassesToAllIsToldFromOneOnAClass() {
        Confusion allToAll = new Confusion(new long[][] {{1, 9, 0}, {0, 1, 9}, {9, 0, 1}});
        Confusion onOne = new Confusion(new long[][] {{1, 9, 0}, {0, 10, 0}, {0, 9, 1}});

        assertThat(AttackTarget.nextClassInstead(
                        allToAll, AttackTarget.mostFlipped(allToAll).getAsInt()))
                .hasValue(0.9);
        assertThat(AttackTarget.nextClassInstead(onOne, 1)).isEmpty();
        assertThat(AttackTarget.nextClassInstead(Confusion.none(3), 0)).isEmpty();
    }

    @Test
    void targetMayBeTheOnlyClassWithOthersToFlip() {
        // texts of class 1 alone: nothing could flip to class 1
        assertThat(AttackTarget.mostFlipped(new Confusion(new long[][] {{0, 0}, {0, 9}})))
                .hasValue(0);
    }

    @Property
    void countsDoNotDependOnThePartitions(
            @ForAll @IntRange(max = 200) int texts,
            @ForAll @IntRange(min = 1, max = 5) int classes,
            @ForAll @IntRange(min = 1, max = 7) int partitions,
            @ForAll long seed) {
        SeededRandom random = SeededRandom.of(seed, Purpose.TEST_WEIGHTS);
        int[] truth = new int[texts];
        int[] predicted = new int[texts];
        for (int i = 0; i < texts; i++) {
            truth[i] = random.nextInt(classes);
            predicted[i] = random.nextInt(classes);
        }

        Confusion merged = Confusion.none(classes);
        for (int p = 0; p < partitions; p++) {
            int from = texts * p / partitions;
            int to = texts * (p + 1) / partitions;
            merged = Confusion.of(Arrays.copyOfRange(truth, from, to), Arrays.copyOfRange(predicted, from, to), classes)
                    .merge(merged);
        }

        assertThat(merged).isEqualTo(Confusion.of(truth, predicted, classes));
        assertThat(merged.texts()).isEqualTo(texts);
    }
}
