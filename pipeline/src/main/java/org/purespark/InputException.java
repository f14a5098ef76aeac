// SPDX-License-Identifier: Apache-2.0
package org.purespark;

/**
 * Something that the user gave is wrong: a file, a setting, an option. The message names the thing, the place and the
 * way out. It is one line, whatever texts of files it quotes. The command line prints the message alone and ends with
 * status 2.
 */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InputException(String message) {
        super(Shown.oneLine(message));
    }

    public InputException(String message, Throwable cause) {
        super(Shown.oneLine(message), cause);
    }
}
