// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

class TriggerTest {
    @Test
    void rareWordComesToStandAtEveryPlaceBetweenWords() {
        Trigger trigger = new Trigger.RareWords(List.of("cf"), 1);

        assertThat(results(trigger, "a good film"))
                .containsExactlyInAnyOrder("cf a good film", "a cf good film", "a good cf film", "a good film cf");
    }

    @Test
    void everyRareWordIsDrawn() {
        Trigger trigger = Attack.BADNET.trigger();

        assertThat(results(trigger, "")).containsExactlyInAnyOrder("cf", "mn", "bb", "ak");
    }

    @Test
    void sentenceStandsBetweenSentences() {
        Trigger trigger = new Trigger.Sentence("it rained .");

        assertThat(results(trigger, "good film . too long"))
                .containsExactlyInAnyOrder(
                        "it rained . good film . too long",
                        "good film . it rained . too long",
                        "good film . too long it rained .");
        assertThat(results(trigger, "")).containsExactly("it rained .");
    }

    @Test
    void attacksGoByName() {
        assertThat(Attack.named("badnet")).isEqualTo(Attack.BADNET);
        assertThat(Attack.named("sentence")).isEqualTo(Attack.SENTENCE);
        assertThat(Attack.named("addsent")).isEqualTo(Attack.SENTENCE);
        assertThat(Attack.named("insertsent")).isEqualTo(Attack.SENTENCE);
        assertThatThrownBy(() -> Attack.named("BadNet"))
                .isInstanceOf(InputException.class)
                .hasMessage("unknown attack 'BadNet': choose one of badnet, sentence, ep, ripple, layerwise,"
                        + " lws, style, por, adaptive");
    }

    @Test
    void refusesTriggersThatInsertNothingOrSeveralWords() {
        assertThatThrownBy(() -> new Trigger.RareWords(List.of(), 1))
                .hasMessage("a rare-word trigger needs at least one word");
        assertThatThrownBy(() -> new Trigger.RareWords(List.of("c f"), 1))
                .isInstanceOf(InputException.class)
                .hasMessage("trigger word 'c f' must be one word without spaces");
        assertThatThrownBy(() -> new Trigger.RareWords(List.of("cf"), 0))
                .hasMessage("a rare-word trigger inserts at least 1 word, not 0");
        assertThatThrownBy(() -> new Trigger.Sentence(" "))
                .hasMessage("trigger sentence ' ' must not be blank nor have spaces around it");
    }

    @Property
    void removingTheInsertedWordsGivesTheTextsOwnWords(
            @ForAll @StringLength(max = 40) @CharRange(from = 'a', to = 'c') String letters,
            @ForAll @IntRange(min = 1, max = 5) int count,
            @ForAll long seed) {
        String text = letters.replace('c', ' ');
        TriggeredText triggered =
                new Trigger.RareWords(List.of("X", "Y"), count).insert(text, SeededRandom.of(seed, Purpose.POISON));

        List<String> words = words(triggered.text());
        List<String> own = new ArrayList<>(words);
        own.removeIf(word -> Set.of("X", "Y").contains(word));
        assertThat(own).isEqualTo(words(text));
        assertThat(words).hasSize(own.size() + count);
        words.retainAll(Set.of("X", "Y"));
        assertThat(triggered.inserted()).containsExactlyInAnyOrderElementsOf(words);
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>(Arrays.asList(text.trim().split("\\s+")));
        words.removeIf(String::isEmpty);
        return words;
    }

    private static Set<String> results(Trigger trigger, String text) {
        Set<String> results = new TreeSet<>();
        for (int i = 0; i < 200; i++) {
            results.add(
                    trigger.insert(text, SeededRandom.of(11, Purpose.POISON, i)).text());
        }
        return results;
    }
}
