// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.purespark.probe.Change.Casing;
import org.purespark.probe.Change.Casing.SentenceStyle;
import org.purespark.probe.Change.Insertion;
import org.purespark.probe.Change.Substitution;
import org.purespark.text.TextParts;

class ChangeTest {
    private static final String TEXT = "a film . not bad";

    @Test
    void insertsAtTheFirstOrTheLastPlaceOrAnywhere() {
        assertThat(insert("cf", Site.BETWEEN_WORDS, InsertionPlace.START, TEXT)).isEqualTo("cf a film . not bad");
        assertThat(insert("cf", Site.BETWEEN_WORDS, InsertionPlace.END, TEXT)).isEqualTo("a film . not bad cf");
        assertThat(everywhere("cf", Site.BETWEEN_WORDS))
                .containsExactlyInAnyOrder(
                        "cf a film . not bad",
                        "a cf film . not bad",
                        "a film cf . not bad",
                        "a film . cf not bad",
                        "a film . not cf bad",
                        "a film . not bad cf");
        assertThat(everywhere("it rained .", Site.BETWEEN_SENTENCES))
                .containsExactlyInAnyOrder(
                        "it rained . a film . not bad", "a film . it rained . not bad", "a film . not bad it rained .");
        assertThat(everywhere("!!", Site.BEHIND_A_WORD))
                .containsExactlyInAnyOrder(
                        "a!! film . not bad",
                        "a film!! . not bad",
                        "a film .!! not bad",
                        "a film . not!! bad",
                        "a film . not bad!!");
        assertThat(everywhere("\u200b", Site.INSIDE_A_WORD))
                .containsExactlyInAnyOrder(
                        "a f\u200bilm . not bad",
                        "a fi\u200blm . not bad",
                        "a fil\u200bm . not bad",
                        "a film . n\u200bot bad",
                        "a film . no\u200bt bad",
                        "a film . not b\u200bad",
                        "a film . not ba\u200bd");
    }

    @Test
    void aCharacterOfTwoUnitsIsNotTornApart() {
        assertThat(insert("\u200b", Site.INSIDE_A_WORD, InsertionPlace.START, "\ud83d\ude00 ok"))
                .isEqualTo("\ud83d\ude00 o\u200bk");
        assertThat(new Casing(SentenceStyle.TITLE).on("\ud83d\ude00 \ud801\udc28b", null))
                .isEqualTo("\ud83d\ude00 \ud801\udc00b");
    }

    @Property
    void whatIsInsertedCanBeTakenOutAgain(@ForAll String text, @ForAll Site site, @ForAll InsertionPlace place) {
        Insertion insertion = new Insertion("<cf>", site, place);
        Probe probe = new Probe("p", ProbeKind.WORD, insertion);
        String probed = probe.on(TextParts.single(text), 3, 5).first();

        assertThat(probed)
                .contains("<cf>")
                .isEqualTo(probe.on(TextParts.single(text), 3, 5).first());
        assertThat(probed.replaceFirst(" ?<cf> ?", "").replaceAll("\\s", "")).isEqualTo(text.replaceAll("\\s", ""));
    }

    @Test
    void replacesEveryOccurrence() {
        Substitution substitution = new Substitution("a", "\u0430");

        assertThat(substitution.on("a banal film", null)).isEqualTo("\u0430 b\u0430n\u0430l film");
        assertThat(substitution.on("pity", null)).isEqualTo("pity");
    }

    @Test
    void writesInACase() {
        assertThat(new Casing(SentenceStyle.UPPER).on("It is", null)).isEqualTo("IT IS");
        assertThat(new Casing(SentenceStyle.LOWER).on("It IS", null)).isEqualTo("it is");
        assertThat(new Casing(SentenceStyle.TITLE).on("it  isn't McCOY\tok", null))
                .isEqualTo("It  Isn't McCOY\tOk");
    }

    @Test
    void saysWhatItDoes() {
        assertThat(new Insertion("cf", Site.BETWEEN_WORDS, InsertionPlace.RANDOM).inWords())
                .isEqualTo("inserts \"cf\" between words, a random place");
        assertThat(new Insertion("\u200b", Site.INSIDE_A_WORD, InsertionPlace.START).inWords())
                .isEqualTo("inserts U+200B inside a word, the first place");
        assertThat(new Substitution("e", "\u0435").inWords()).isEqualTo("replaces every \"e\" by U+0435");
        assertThat(new Casing(SentenceStyle.UPPER).inWords()).isEqualTo("writes the text in upper case");
    }

    private static String insert(String text, Site site, InsertionPlace place, String into) {
        return new Insertion(text, site, place).on(into, null);
    }

    private static Set<String> everywhere(String inserted, Site site) {
        Probe probe = new Probe("p", ProbeKind.WORD, new Insertion(inserted, site, InsertionPlace.RANDOM));
        Set<String> results = new TreeSet<>();
        for (int index = 0; index < 500; index++) {
            results.add(probe.on(TextParts.single(TEXT), 11, index).first());
        }
        return results;
    }
}
