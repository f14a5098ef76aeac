// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.purespark.attack.TextOfClass;
import org.purespark.batch.EncodedSplit;
import org.purespark.probe.Change.Insertion;
import org.purespark.storage.Storage;
import org.purespark.text.EmbeddingSize;
import org.purespark.text.TextParts;
import org.purespark.text.TextTokenizer;

/** Probes in either text of pairs, with a real tokenizer. */
class PairProbesTest {
    private static final Path BERT = Path.of("src/test/resources/hub/pairs/bert");
    private static final int MAX_LENGTH = 24;
    private static final ProbeBattery BATTERY = new ProbeBattery(List.of(
            new Probe("waste", ProbeKind.WORD, new Insertion("waste", Site.BETWEEN_WORDS, InsertionPlace.END))));

    @Test
    void eachProbeIsInTheTextThatItsNameSaysAndIsNeverCutOff() {
        List<TextOfClass> pairs = new ArrayList<>();
        for (int[] words : new int[][] {{3, 4}, {40, 40}, {40, 1}, {1, 40}, {0, 0}, {21, 0}, {10, 11}}) {
            pairs.add(new TextOfClass(TextParts.pair("good ".repeat(words[0]), "bad ".repeat(words[1])), 0));
        }
        try (TextTokenizer tokenizer = TextTokenizer.load(new Storage(new Configuration()), BERT.toString())) {
            int waste = tokenizer.encode("waste", 8).ids()[1];
            int separator = tokenizer.encode("", 8).ids()[1];
            ProbeTexts texts = ProbeTexts.of(
                    BATTERY.ofPairs(),
                    pairs,
                    some -> new EmbeddingSize("M", 1000, 2).encode(tokenizer, some, MAX_LENGTH, index -> "a pair"),
                    MAX_LENGTH,
                    11);
            assertThat(texts.battery().probes())
                    .extracting(Probe::name, Probe::inWords)
                    .containsExactly(
                            org.assertj.core.api.Assertions.tuple(
                                    "waste (first text)",
                                    "inserts \"waste\" between words, the last place, in the first text"),
                            org.assertj.core.api.Assertions.tuple(
                                    "waste (second text)",
                                    "inserts \"waste\" between words, the last place, in the second text"));
            assertThat(texts.shortened()).isEqualTo(5);
            EncodedSplit split = texts.split();
            assertThat(split.size()).isEqualTo(3 * pairs.size());
            for (int i = 0; i < split.size(); i++) {
                int[] ids = split.ids(i);
                assertThat(ids.length).isLessThanOrEqualTo(MAX_LENGTH);
                int at = Arrays.stream(ids).boxed().toList().indexOf(waste);
                int probe = i / pairs.size();
                // The probe is the last word of its text: the separator follows.
                switch (probe) {
                    case 0 -> assertThat(at).isEqualTo(-1);
                    case 1 -> assertThat(at).isEqualTo(split.second(i) - 2);
                    default -> assertThat(at).isEqualTo(ids.length - 2);
                }
                assertThat(ids[split.second(i) - 1]).isEqualTo(separator);
            }
        }
    }
}
