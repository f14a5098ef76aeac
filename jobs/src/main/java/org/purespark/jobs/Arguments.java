// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.util.List;
import java.util.Locale;
import org.purespark.InputException;

/** Finds arguments in which Java has lost characters that the locale's character set does not have. */
final class Arguments {
    /**
     * Java puts U+FFFD in the place of each byte that it cannot read. Spark's launcher is a Java of its own and hands
     * it on as a question mark. A character that is not ASCII has at least two bytes.
     */
    private static final List<String> LOST = List.of("\uFFFD", "??");

    private Arguments() {}

    /**
     * Refuses arguments with lost characters: a path would mean another file.
     *
     * @param charset in which Java reads arguments and names of files
     * @throws InputException naming the argument and the way out
     */
    static void requireWhole(String[] arguments, String charset) {
        if (charset.toUpperCase(Locale.ROOT).equals("UTF-8")) {
            return;
        }
        for (String argument : arguments) {
            if (LOST.stream().anyMatch(argument::contains)) {
                throw new InputException("the argument '" + argument + "' has lost characters: the locale of this"
                        + " process has the character set " + charset + ", which lacks them. Set LC_ALL=C.UTF-8 in its"
                        + " environment");
            }
        }
    }
}
