// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.purespark.text.TextParts;

class ShortenedTextTest {
    @Test
    void ofASingleTextTheLastWordsGo() {
        ShortenedText text = ShortenedText.of(TextParts.single(" a  b c "), 10);
        assertThat(text.size()).isEqualTo(3);
        assertThat(text.first(3)).isEqualTo(TextParts.single(" a  b c"));
        assertThat(text.first(2)).isEqualTo(TextParts.single(" a  b"));
        assertThat(text.first(0)).isEqualTo(TextParts.single(""));
    }

    @Test
    void ofAPairTheLongerTextLosesItsWordsFirst() {
        ShortenedText text = ShortenedText.of(TextParts.pair("a b c d e", "x y"), 10);
        assertThat(text.size()).isEqualTo(7);
        assertThat(text.first(5)).isEqualTo(TextParts.pair("a b c", "x y"));
        assertThat(text.first(3)).isEqualTo(TextParts.pair("a b", "x"));
        assertThat(text.first(1)).isEqualTo(TextParts.pair("a", ""));
        assertThat(text.first(0)).isEqualTo(TextParts.pair("", ""));
    }

    @Property(tries = 300)
    void withMoreWordsNoTextIsShorter(
            @ForAll @IntRange(max = 12) int first,
            @ForAll @IntRange(max = 12) int second,
            @ForAll @IntRange(max = 9) int most) {
        ShortenedText text = ShortenedText.of(TextParts.pair("a ".repeat(first), "b ".repeat(second)), most);
        assertThat(text.size()).isEqualTo(Math.min(first, most) + Math.min(second, most));
        for (int words = 0; words < text.size(); words++) {
            TextParts fewer = text.first(words);
            TextParts more = text.first(words + 1);
            assertThat(more.first()).startsWith(fewer.first());
            assertThat(more.second()).startsWith(fewer.second());
            assertThat((more.first() + " " + more.second()).split(" +").length).isGreaterThanOrEqualTo(words + 1);
        }
    }
}
