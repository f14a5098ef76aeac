// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.text.Normalizer;
import java.util.Optional;

/**
 * What a chain of normalizers does to a text, at most.
 *
 * @param growth bytes of the result for each byte of the text
 * @param keepsEverything whether of each text something is left
 * @param hasCharacterMap whether a {@code Precompiled} is among them
 * @param loses the first step that may turn letters into nothing
 */
record Normalization(double growth, boolean keepsEverything, boolean hasCharacterMap, Optional<String> loses) {
    static final Normalization NONE = new Normalization(1, true, false, Optional.empty());

    /**
     * Whether the text has a character that survives: every normalizer keeps it, or turns it into one like it. These
     * are visible ASCII characters, and letters of scripts that Unicode has had from its first versions.
     */
    static boolean hasSolid(String text) {
        return text.codePoints().anyMatch(Normalization::isSolid);
    }

    private static boolean isSolid(int c) {
        boolean alphabet = (c >= 0xC0 && c <= 0x233 || c >= 0x386 && c <= 0x481) && isSimpleLetter(c);
        boolean kana = (c >= 0x3041 && c <= 0x3096 || c >= 0x30A1 && c <= 0x30FA) && isSimpleLetter(c);
        return c > 0x20 && c < 0x7F || alphabet || kana || c >= 0x4E00 && c <= 0x9FA5;
    }

    private static boolean isSimpleLetter(int c) {
        int type = Character.getType(c);
        return type == Character.UPPERCASE_LETTER
                || type == Character.LOWERCASE_LETTER
                || type == Character.OTHER_LETTER;
    }

    /** Whether compatibility decomposition leaves the text as it is. */
    static boolean isDecomposed(String text) {
        return Normalizer.isNormalized(text, Normalizer.Form.NFKD);
    }

    /** The whole of this and one more step. */
    Normalization and(double factor) {
        return new Normalization(growth * factor, keepsEverything, hasCharacterMap, loses);
    }

    /** The whole of this and one more step that removes some characters. */
    Normalization andRemoval(double factor) {
        return new Normalization(growth * factor, false, hasCharacterMap, loses);
    }

    /** The whole of this and a step at {@code path} after which letters may be missing. */
    Normalization andLoss(double factor, String path) {
        return new Normalization(growth * factor, false, hasCharacterMap, Optional.of(loses.orElse(path)));
    }

    /** The whole of this and a character map. */
    Normalization andCharacterMap(double factor) {
        return new Normalization(growth * factor, false, true, loses);
    }
}
