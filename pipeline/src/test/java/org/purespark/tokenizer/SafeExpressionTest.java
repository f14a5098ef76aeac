// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeExpressionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                " {2,}",
                "\\s+",
                "a",
                "abc",
                "[a-z0-9_]+",
                "[^\\s\\p{L}]{1,3}",
                " ?\\p{L}+",
                "\\d",
                "'s|'t|\\n",
                "a{2}b",
                "\\.",
                "\\P{Nd}x|y",
                "[\\-a]",
                "\ud83d\ude00+",
                "[\ud83d\ude00-\ud83d\ude02]",
                "ab?",
                "a?b",
                "\\d{3}\\d?"
            })
    void sequencesWithARepeatAtTheirEndAreSafe(String expression) throws SafeExpression.NotSafe {
        assertThat(SafeExpression.parse(expression).leastCharacters()).isPositive();
    }

    @Test
    void theShortestMatchIsKnown() throws SafeExpression.NotSafe {
        assertThat(SafeExpression.parse(" {2,}")).isEqualTo(new SafeExpression(2, true));
        assertThat(SafeExpression.parse("abc|de+")).isEqualTo(new SafeExpression(2, false));
        assertThat(SafeExpression.parse("a?b")).isEqualTo(new SafeExpression(1, false));
        assertThat(SafeExpression.parse("\\s+")).isEqualTo(new SafeExpression(1, false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '`',
            value = {
                "(a+)+$ `\"(\" at character 1`",
                "a+b `something follows what is repeated`",
                "a*a `something follows what is repeated`",
                "a?a?b `something follows what is repeated`",
                "a{1,2}b `something follows what is repeated`",
                "a* `it matches nothing at all`",
                "a|b? `it matches nothing at all`",
                "a| `it matches nothing at all`",
                "a++ `what is repeated is repeated again`",
                "a+? `what is repeated is repeated again`",
                "a{2}{3} `what is repeated is repeated again`",
                "a{65} `a number of repeats that is not 0 to 64`",
                "a{,3} `a number of repeats that is not 0 to 64`",
                "a{3,2} `a number of repeats that is not {n}, {n,} or {n,m}`",
                "a{0} `a number of repeats that is not {n}, {n,} or {n,m}`",
                "^a `\"^\" at character 1`",
                "a$ `\"$\" at character 2`",
                ". `\".\" at character 1`",
                "+ `\"+\" at character 1`",
                "a) `\")\" at character 2`",
                "\\1 `\"\\1\"`",
                "\\b `\"\\b\"`",
                "\\X `\"\\X\"`",
                "\\k<a> `\"\\k\"`",
                "a\\ `a backslash at the end`",
                "\\p{Foo} `an unknown property`",
                "\\pL `an unknown property`",
                "[a `a class without end`",
                "[] `an empty class`",
                "[z-a] `a range that is none`",
                "[\\w-z] `a range that is none`",
                "[a-\\d] `a range that is none`",
                "[[:alpha:]] `\"[\" in a class`",
                "[a&&b] `\"&\" in a class`",
            })
    void everythingElseIsNot(String expression, String message) {
        assertThatThrownBy(() -> SafeExpression.parse(expression))
                .isInstanceOf(SafeExpression.NotSafe.class)
                .hasMessage(message);
    }

    @Test
    void longExpressionsAreNot() {
        assertThatThrownBy(() -> SafeExpression.parse("a|".repeat(16) + "a")).hasMessage("more than 16 choices");
        assertThatThrownBy(() -> SafeExpression.parse("a".repeat(65)))
                .hasMessage("more than 64 characters and classes in a row");
        assertThatThrownBy(() -> SafeExpression.parse("\ud83d")).hasMessage("half of a pair of characters");
        assertThatThrownBy(() -> SafeExpression.parse("[" + "a".repeat(200) + "]"))
                .hasMessage("a class without end");
    }
}
