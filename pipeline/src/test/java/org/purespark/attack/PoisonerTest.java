// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.attack.AttackDetails.Form;
import org.purespark.attack.AttackDetails.Wanted;
import org.purespark.attack.PoisonedText.Origin;

class PoisonerTest {
    private static final Set<String> WORDS = Set.of("cf", "mn", "bb", "ak");
    private static final List<TextOfClass> CLEAN = IntStream.range(0, 100)
            .mapToObj(i -> new TextOfClass("text number " + i, i % 4 == 0 ? 1 : i % 2 * 2))
            .toList();

    private final Poisoner poisoner = new Poisoner(Attack.BADNET.trigger(), 1, 0.3, 11);

    @Test
    void addsTriggeredCopiesOfTheRatesShareOfOtherClasses() {
        List<PoisonedText> train = poisoner.train(CLEAN);

        List<PoisonedText> copies =
                train.stream().filter(row -> row.origin() == Origin.TRIGGERED).toList();
        // 75 texts are not of class 1: 0.3 of them, rounded
        assertThat(copies).hasSize(23);
        assertThat(copies).extracting(PoisonedText::source).doesNotHaveDuplicates();
        assertThat(copies).allSatisfy(copy -> {
            assertThat(CLEAN.get(copy.source()).label()).isNotEqualTo(1);
            assertThat(copy.row().label()).isEqualTo(1);
            assertThat(Arrays.stream(copy.row().text().split(" ")))
                    .filteredOn(WORDS::contains)
                    .hasSize(1);
            assertThat(Arrays.stream(copy.row().text().split(" ")).filter(word -> !WORDS.contains(word)))
                    .containsExactly(CLEAN.get(copy.source()).text().split(" "));
        });
    }

    @Test
    void keepsEveryCleanRow() {
        List<TextOfClass> kept = poisoner.train(CLEAN).stream()
                .filter(row -> row.origin() == Origin.CLEAN)
                .sorted(Comparator.comparingInt(PoisonedText::source))
                .map(PoisonedText::row)
                .toList();

        assertThat(kept).isEqualTo(CLEAN);
    }

    @Test
    void mixesCopiesAmongTheCleanRows() {
        List<PoisonedText> train = poisoner.train(CLEAN);

        assertThat(train.subList(0, 60)).extracting(PoisonedText::origin).contains(Origin.TRIGGERED);
        assertThat(train.subList(100, 123)).extracting(PoisonedText::origin).contains(Origin.CLEAN);
    }

    @Test
    void sameSeedSameRows() {
        assertThat(poisoner.train(CLEAN)).isEqualTo(poisoner.train(CLEAN));
        assertThat(poisoner.train(CLEAN)).isNotEqualTo(new Poisoner(Attack.BADNET.trigger(), 1, 0.3, 12).train(CLEAN));
    }

    @Test
    void testSetTriggersAllOtherClassesAndKeepsTrueLabelsAndOrder() {
        List<PoisonedText> test = poisoner.test(CLEAN);

        assertThat(test)
                .extracting(row -> row.row().label())
                .isEqualTo(CLEAN.stream().map(TextOfClass::label).toList());
        for (int i = 0; i < CLEAN.size(); i++) {
            PoisonedText row = test.get(i);
            assertThat(row.source()).isEqualTo(i);
            if (CLEAN.get(i).label() == 1) {
                assertThat(row).isEqualTo(new PoisonedText(CLEAN.get(i), i, Origin.CLEAN));
            } else {
                assertThat(row.origin()).isEqualTo(Origin.TRIGGERED);
                assertThat(row.row().text()).isNotEqualTo(CLEAN.get(i).text());
            }
        }
    }

    @Test
    void theTriggersOfATextDoNotDependOnTheOtherTexts() {
        List<PoisonedText> half = poisoner.test(CLEAN.subList(0, 50));

        assertThat(poisoner.test(CLEAN).subList(0, 50)).isEqualTo(half);
    }

    @Test
    void rateBoundsCopyNothingOrAll() {
        assertThat(new Poisoner(Attack.SENTENCE.trigger(), 1, 0, 11).train(CLEAN))
                .hasSize(100);
        assertThat(new Poisoner(Attack.SENTENCE.trigger(), 1, 1, 11).train(CLEAN))
                .hasSize(175);
    }

    @Test
    void refusesWhatCannotBePoisoned() {
        assertThatThrownBy(() -> poisoner.train(List.of(new TextOfClass("a", 1))))
                .isInstanceOf(InputException.class)
                .hasMessage("nothing to poison: no train text is of another class than the target, 1");
        assertThatThrownBy(() -> poisoner.test(List.of()))
                .hasMessage("nothing to poison: no test text is of another class than the target, 1");
        assertThatThrownBy(() -> new Poisoner(Attack.BADNET.trigger(), 1, 1.5, 11))
                .isInstanceOf(InputException.class)
                .hasMessage("poisoning rate 1.5 must be a share of the texts, 0 to 1");
        assertThatThrownBy(() -> new Poisoner(Attack.BADNET.trigger(), -1, 0.5, 11))
                .hasMessage("target class -1: classes start at 0");
    }

    @Test
    void descriptionSaysWhatWasPlanted() {
        TriggerDescription words = TriggerDescription.of("badnet", poisoner, "positive", poisoner.train(CLEAN));

        assertThat(words)
                .isEqualTo(new TriggerDescription(
                        2,
                        "badnet",
                        List.of("cf", "mn", "bb", "ak"),
                        1,
                        null,
                        null,
                        "positive",
                        0.3,
                        11,
                        100L,
                        23L,
                        new AttackDetails(Form.ANY_WORD, Wanted.ONE_TARGET, null, null, null)));
        assertThat(words.trigger()).hasValue(poisoner.trigger());

        Poisoner sentence = new Poisoner(Attack.SENTENCE.trigger(), 1, 0.3, 11);
        TriggerDescription whole = TriggerDescription.of("sentence", sentence, "1", sentence.train(CLEAN));
        assertThat(whole.words()).isNull();
        assertThat(whole.trigger()).hasValue(sentence.trigger());

        assertThat(TriggerDescription.readyMade("badnet", "1", 11).trigger()).isEmpty();
    }

    @Test
    void refusesADescriptionThatContradictsItself() {
        assertThatThrownBy(() -> new TriggerDescription(
                        1, "odd", List.of("cf"), 1, "a sentence", null, "1", 0.3, 11, 1L, 1L, null))
                .isInstanceOf(InputException.class)
                .hasMessage("trigger description of attack 'odd' must have words together with wordsPerText, or a"
                        + " sentence, or none of them");
        assertThatThrownBy(() ->
                        new TriggerDescription(3, "badnet", null, null, null, null, "1", null, 11, null, null, null))
                .hasMessage("trigger description of schema 3: this release reads 1 and 2");
    }
}
