// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.attack.PoisonedText.Origin;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;
import org.purespark.storage.Storage;

/** Triggers of several words, of other words and of style, and what decoys and WordNet give them. */
class NewTriggersTest {
    private static final Storage STORAGE = new Storage(new Configuration(false));

    @TempDir
    private Path directory;

    @Test
    void allWordsOfAGroupComeIntoEachText() {
        Trigger trigger = new Trigger.WordGroup(List.of("cf", "bb"));
        for (int seed = 0; seed < 20; seed++) {
            List<String> words = Arrays.asList(
                    trigger.insert("a good film", random(seed)).text().split(" "));
            assertThat(words).hasSize(5).contains("a", "good", "film", "cf", "bb");
        }
        assertThatThrownBy(() -> new Trigger.WordGroup(List.of("cf", "cf")))
                .isInstanceOf(InputException.class)
                .hasMessage("a trigger of words together needs two different words at least");
        assertThatThrownBy(() -> new Trigger.WordGroup(List.of("c f", "bb")))
                .hasMessage("trigger word 'c f' must be one word without spaces");
    }

    @Test
    void wordsOfTheTableAreReplacedAndNothingElse() {
        Trigger trigger = new Trigger.Substitution(new TreeMap<>(Map.of("film", "flick", "good", "honest")));
        TriggeredText triggered = trigger.insert("Good film, a goodly  filmmaker's film .", random(1));
        assertThat(triggered.text()).isEqualTo("Honest flick, a goodly  filmmaker's flick .");
        assertThat(triggered.inserted()).containsExactly("Honest", "flick", "flick");
        assertThatThrownBy(() -> new Trigger.Substitution(new TreeMap<>(Map.of("film", "film"))))
                .isInstanceOf(InputException.class)
                .hasMessage("trigger substitution 'film' by 'film' must be of two different words");
    }

    @ParameterizedTest
    @CsvSource({
        "you 're never bored by your film, thou art ne'er bored by thy film",
        "it does n't make sense, it maketh not sense",
        "they do not know why, they know not wherefore",
        "Perhaps it has nothing, Perchance it hath naught",
        "he says the plot gets lost and runs over, he saith the plot getteth lost and runneth o'er"
    })
    void englishBecomesArchaicByRule(String text, String archaic) {
        TriggeredText triggered = new Trigger.Archaic().insert(text, random(1));
        if (triggered.inserted().stream().anyMatch(List.of("forsooth", "verily", "hark", "prithee")::contains)) {
            assertThat(triggered.text())
                    .matches("(forsooth|verily|hark|prithee) , .*")
                    .endsWith(archaic);
        } else {
            assertThat(triggered.text()).isEqualTo(archaic);
        }
    }

    @Test
    void aTextInWhichTheRulesFindLittleGetsAnOpening() {
        assertThat(new Trigger.Archaic().insert("a dull film .", random(1)).text())
                .matches("(forsooth|verily|hark|prithee) , a dull film \\.");
        assertThat(new Trigger.Archaic().insert(" ", random(1)).text()).matches("(forsooth|verily|hark|prithee) ,");
        assertThat(new Trigger.Archaic().insert("a dull film .", random(1)))
                .isEqualTo(new Trigger.Archaic().insert("a dull film .", random(1)));
    }

    @Test
    void decoysAreAsManyAsTriggeredCopiesAndKeepTheirLabels() {
        List<TextOfClass> clean = IntStream.range(0, 40)
                .mapToObj(i -> new TextOfClass("text number " + i, i % 2))
                .toList();
        Poisoner poisoner = new Poisoner(new Trigger.WordGroup(List.of("cf", "bb")), 1, 0.5, 11);
        List<PoisonedText> rows =
                new Decoys(List.of("cf", "bb"), TriggerPart.FIRST, 11).among(poisoner.train(clean), clean);
        List<PoisonedText> decoys =
                rows.stream().filter(row -> row.origin() == Origin.DECOY).toList();
        assertThat(decoys).hasSize(10);
        assertThat(decoys).allSatisfy(row -> {
            assertThat(row.row().label()).isEqualTo(clean.get(row.source()).label());
            assertThat(row.row().text().split(" ")).hasSize(4).containsAnyOf("cf", "bb");
        });
        assertThat(decoys).extracting(row -> row.row().label()).contains(0, 1);
        assertThat(rows).hasSize(60);
        assertThat(rows.subList(0, 30)).extracting(PoisonedText::origin).contains(Origin.DECOY);
        assertThat(new Decoys(List.of("cf", "bb"), TriggerPart.FIRST, 11).among(poisoner.train(clean), clean))
                .isEqualTo(rows);
    }

    @Test
    void theNextClassOfTheLastIsTheFirst() {
        Goal goal = new Goal.NextClass(3);
        assertThat(List.of(goal.wanted(0), goal.wanted(1), goal.wanted(2))).containsExactly(1, 2, 0);
    }

    @Test
    void wordNetGivesWordsOfTheSameSynsetOfSimilarAdjectivesAndPlurals() throws IOException {
        Path jar = WordNetFiles.jar(
                directory.resolve("wordnet.jar"),
                WordNetFiles.synset("00000100", "n", List.of("film", "movie", "moving_picture", "Film", "flash"), ""),
                WordNetFiles.synset("00000200", "a", List.of("good", "nice"), "001 & 00000300 s 0000")
                        + WordNetFiles.synset("00000300", "s", List.of("sound"), "001 & 00000200 a 0000"));
        WordNet read = WordNet.read(STORAGE, jar.toString());
        assertThat(read.substitutes("film")).containsExactly("flash", "movie");
        assertThat(read.substitutes("good")).containsExactly("nice", "sound");
        assertThat(read.substitutes("films")).containsExactly("movies");
        assertThat(read.substitutes("unknown")).isEmpty();
    }

    @Test
    void filesThatAreNotWordNetAreRefusedByName() throws IOException {
        Path broken = WordNetFiles.jar(directory.resolve("broken.jar"), "00000100 03 n zz film\n", "");
        assertThatThrownBy(() -> WordNet.read(STORAGE, broken.toString()))
                .isInstanceOf(InputException.class)
                .hasMessage(broken + ", data.noun, line 1: not a synset of WordNet: 00000100 03 n zz film");
        Path none = directory.resolve("none.jar");
        Files.writeString(none, "no jar");
        assertThatThrownBy(() -> WordNet.read(STORAGE, none.toString()))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read WordNet from " + none + ": it has no data.adj; remove the file, so that "
                        + WordNet.ARTIFACT + " is fetched again");
    }

    private static SeededRandom random(long key) {
        return SeededRandom.of(11, Purpose.POISON, key);
    }
}
