// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.purespark.InputException;

/** Text of a file's bytes, strict: the JDK's own way puts U+FFFD in the place of what is not UTF-8. */
public final class Utf8Text {
    private Utf8Text() {}

    /**
     * @param place the file, for messages
     * @throws InputException with the place of the first byte that is not UTF-8
     */
    public static String of(byte[] content, String place) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new InputException(
                    "cannot read " + place + ": it is not UTF-8 at byte " + bytes.position()
                            + "; save the file as UTF-8",
                    e);
        }
    }
}
