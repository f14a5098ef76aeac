// SPDX-License-Identifier: Apache-2.0
package org.purespark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShownTest {
    @Test
    void usualTextStaysAsItIs() {
        assertThat(Shown.of("encoder.layer.3 – 陽性 😀 \"a\\b\"")).isEqualTo("encoder.layer.3 – 陽性 😀 \"a\\b\"");
        assertThat(Shown.of(null)).isEqualTo("null");
    }

    @Test
    void whatMovesTheCursorOrEndsTheLineIsEscaped() {
        assertThat(Shown.of("a\nb\r\t\u001b[2Jc\u0000\u007f\u0085"))
                .isEqualTo("a\\nb\\r\\t\\u001b[2Jc\\u0000\\u007f\\u0085");
        assertThat(Shown.of("\u2028 \u2029 \u202e \u2066 \u200b \ufeff"))
                .isEqualTo("\\u2028 \\u2029 \\u202e \\u2066 \\u200b \\ufeff");
        assertThat(Shown.of("half \ud83d of a pair")).isEqualTo("half \\ud83d of a pair");
        assertThat(Shown.of("\udb40\udc41 a tag")).isEqualTo("\\udb40\\udc41 a tag");
    }

    @Test
    void longTextIsCutBetweenCharacters() {
        assertThat(Shown.of("x".repeat(200))).isEqualTo("x".repeat(200));
        assertThat(Shown.of("x".repeat(1_000_000))).isEqualTo("x".repeat(200) + "… (1000000 characters)");
        assertThat(Shown.of("x".repeat(199) + "😀 tail")).isEqualTo("x".repeat(199) + "… (206 characters)");
    }

    @Test
    void aListShowsItsFirstItems() {
        assertThat(Shown.list(List.of("a", "b\n"))).isEqualTo("a, b\\n");
        assertThat(Shown.list(IntStream.range(0, 50).boxed().toList()))
                .startsWith("0, 1,")
                .endsWith("19, … (50 in all)");
    }

    @Test
    void anInputErrorIsOneLine() {
        assertThat(new InputException("no label \"a\npure: all is well\""))
                .hasMessage("no label \"a\\npure: all is well\"");
    }

    @Test
    void anInputErrorIsShortWhateverItQuotes() {
        assertThat(new InputException("x".repeat(9000))).hasMessage("x".repeat(8000) + "…");
        assertThat(new InputException("\u001b".repeat(9000)).getMessage())
                .startsWith("\\u001b\\u001b")
                .hasSize(8001);
    }
}
