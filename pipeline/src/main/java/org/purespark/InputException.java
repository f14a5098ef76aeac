// SPDX-License-Identifier: Apache-2.0
package org.purespark;

/**
 * Something that the user gave is wrong: a file, a setting, an option. The message names the thing, the place and the
 * way out. It is one line, whatever texts of files it quotes. The command line prints the message alone and ends with
 * status 2.
 */
public class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int MOST_CHARACTERS = 8000;

    public InputException(String message) {
        super(inOneLine(message));
    }

    public InputException(String message, Throwable cause) {
        super(inOneLine(message), cause);
    }

    /** Quoted texts are cut where they are quoted; this holds for those that are not. */
    private static String inOneLine(String message) {
        return cut(Shown.oneLine(cut(message)));
    }

    /** An escaped character is longer than the character. */
    private static String cut(String message) {
        return message.length() <= MOST_CHARACTERS ? message : message.substring(0, MOST_CHARACTERS) + "…";
    }
}
