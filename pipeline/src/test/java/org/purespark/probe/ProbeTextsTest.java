// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.purespark.attack.TextOfClass;
import org.purespark.batch.EncodedSplit;
import org.purespark.probe.Change.Casing;
import org.purespark.probe.Change.Insertion;
import org.purespark.probe.Change.Substitution;
import org.purespark.probe.ProbeTexts.Flips;
import org.purespark.text.EncodedText;
import org.purespark.text.TextParts;

class ProbeTextsTest {
    private static final int FIRST = -1;
    private static final int LAST = -2;
    private static final Probe WORD = insertion("cf", "cf", InsertionPlace.END);
    private static final Probe LONG = insertion("long", "one two tri four", InsertionPlace.END);
    private static final Probe UPPER = new Probe("upper", ProbeKind.CASE, new Casing(Casing.SentenceStyle.UPPER));
    private static final Probe SWAP = new Probe("swap", ProbeKind.HOMOGLYPH, new Substitution("bad", "b4d"));

    @Test
    void theControlComesFirstThenEachProbesChangedTexts() {
        ProbeTexts texts = of(20, List.of(WORD, UPPER, SWAP), "bad one", "good one", "bad bad");

        assertThat(words(texts.split()))
                .containsExactly(
                        "bad one",
                        "good one",
                        "bad bad",
                        "bad one cf",
                        "good one cf",
                        "bad bad cf",
                        "b4d one",
                        "b4d b4d");
        assertThat(texts.split().labels()).containsOnly(EncodedSplit.NO_LABEL);
        assertThat(texts.texts()).isEqualTo(3);
        assertThat(texts.shortened()).isZero();
        assertThat(IntStream.range(0, 3).mapToObj(texts::outcome))
                .containsExactly(ProbeOutcome.TRIED, ProbeOutcome.NO_EFFECT, ProbeOutcome.TRIED);
        assertThat(IntStream.range(0, 3).map(texts::changed)).containsExactly(3, 0, 2);
    }

    @Test
    void flipsAndControlAreCountedOnTheChangedTextsOfOtherClasses() {
        ProbeTexts texts = of(20, List.of(WORD, UPPER, SWAP), "bad one", "good one", "bad bad");
        // classes of the texts: 0, 1, 2; control; with cf; swapped
        int[] predictions = {0, 1, 1, 1, 1, 1, 0, 2};

        assertThat(texts.flips(0, predictions, 3))
                .containsExactly(new Flips(0, 2, 0, 0), new Flips(1, 2, 2, 1), new Flips(2, 2, 0, 0));
        assertThat(texts.flips(1, predictions, 3)).isEmpty();
        assertThat(texts.flips(2, predictions, 3))
                .containsExactly(new Flips(0, 1, 0, 0), new Flips(1, 2, 0, 1), new Flips(2, 1, 0, 0));
        assertThatThrownBy(() -> texts.flips(0, new int[3], 3)).hasMessage("3 predictions for 8 texts");
    }

    @Test
    void aClassThatAllChangedTextsAreOfIsNoTarget() {
        ProbeTexts texts = of(20, List.of(SWAP), "bad one", "good");

        assertThat(texts.flips(0, new int[3], 2)).containsExactly(new Flips(1, 1, 0, 0));
    }

    @Test
    void longTextsAreShortenedUntilTheInsertionSurvives() {
        ProbeTexts texts = of(12, List.of(LONG, UPPER), "a b c d e f g h i j k l m", "a b c d", "a b c d e f g h");

        // 10 words between the special tokens: 4 of them the insertion's
        assertThat(words(texts.split()))
                .containsExactly(
                        "a b c d e f",
                        "a b c d",
                        "a b c d e f",
                        "a b c d e f one two tri four",
                        "a b c d one two tri four",
                        "a b c d e f one two tri four");
        assertThat(texts.shortened()).isEqualTo(2);
    }

    @Test
    void anInsertionOfMoreThanHalfTheLengthIsNotTriedAndShortensNothing() {
        ProbeTexts texts = of(11, List.of(LONG, WORD), "a b c d e f g h");

        assertThat(texts.outcome(0)).isEqualTo(ProbeOutcome.TOO_LONG);
        assertThat(texts.changed(0)).isZero();
        assertThat(words(texts.split())).containsExactly("a b c d e f g h", "a b c d e f g h cf");
        assertThat(texts.shortened()).isZero();
    }

    @Property(tries = 200)
    void noInsertionIsEverCutOff(
            @ForAll @IntRange(max = 60) int words,
            @ForAll @IntRange(min = 12, max = 40) int maxLength,
            @ForAll InsertionPlace place) {
        String text = IntStream.range(0, words).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
        ProbeTexts texts = of(maxLength, List.of(insertion("x", "cf", place), insertion("y", "cf mn", place)), text);
        List<String> found = words(texts.split());

        assertThat(allIds(texts.split())).allSatisfy(ids -> assertThat(ids).hasSizeLessThanOrEqualTo(maxLength));
        assertThat(found).hasSize(3);
        assertThat(found.get(1).replaceFirst(" ?\\bcf\\b ?", " ").strip()).isEqualTo(found.get(0));
        assertThat(found.get(2).replaceFirst(" ?\\bcf mn\\b ?", " ").strip()).isEqualTo(found.get(0));
        assertThat(text).startsWith(found.get(0));
        // no more is left out than the longest insertion takes
        int kept = found.get(0).isEmpty() ? 0 : found.get(0).split(" ").length;
        assertThat(kept).isEqualTo(Math.min(words, maxLength - 4));
    }

    private static Probe insertion(String name, String text, InsertionPlace place) {
        return new Probe(name, ProbeKind.NAME, new Insertion(text, Site.BETWEEN_WORDS, place));
    }

    private static ProbeTexts of(int maxLength, List<Probe> probes, String... texts) {
        List<TextOfClass> labelled = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            labelled.add(new TextOfClass(texts[i], i));
        }
        return ProbeTexts.of(new ProbeBattery(probes), labelled, some -> encode(some, maxLength), maxLength, 11);
    }

    /** Uncased, a token a word of at most four characters, and a special one at either end. */
    private static List<EncodedText> encode(List<TextParts> texts, int maxLength) {
        return texts.stream()
                .map(TextParts::first)
                .map(text -> {
                    int[] words = Arrays.stream(text.toLowerCase(Locale.ROOT).split(" "))
                            .filter(word -> !word.isEmpty())
                            .mapToInt(ProbeTextsTest::id)
                            .toArray();
                    int kept = Math.min(words.length, maxLength - 2);
                    int[] ids = new int[kept + 2];
                    ids[0] = FIRST;
                    System.arraycopy(words, 0, ids, 1, kept);
                    ids[kept + 1] = LAST;
                    return new EncodedText(ids, words.length + 2);
                })
                .toList();
    }

    private static int id(String word) {
        int id = 0;
        for (char c : word.toCharArray()) {
            id = id * 128 + c;
        }
        return id;
    }

    private static List<int[]> allIds(EncodedSplit split) {
        return IntStream.range(0, split.size()).mapToObj(split::ids).toList();
    }

    private static List<String> words(EncodedSplit split) {
        return allIds(split).stream()
                .map(ids -> Arrays.stream(ids)
                        .filter(id -> id != FIRST && id != LAST)
                        .mapToObj(ProbeTextsTest::word)
                        .collect(Collectors.joining(" ")))
                .toList();
    }

    private static String word(int id) {
        StringBuilder word = new StringBuilder();
        for (int rest = id; rest > 0; rest /= 128) {
            word.append((char) (rest % 128));
        }
        return word.reverse().toString();
    }
}
