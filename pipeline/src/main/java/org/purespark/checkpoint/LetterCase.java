// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

/** What a tokenizer does with capital letters. */
enum LetterCase {
    /** They become small ones, and letters lose their accents. */
    LOWERED,
    KEPT;

    /** That of a vocabulary, one token a line: special ones, in brackets, are capital in any. */
    static LetterCase of(String vocabulary) {
        return vocabulary.lines().filter(token -> !token.startsWith("[")).anyMatch(token -> token.chars()
                        .anyMatch(Character::isUpperCase))
                ? KEPT
                : LOWERED;
    }
}
