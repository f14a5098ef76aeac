// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import org.purespark.InputException;

/** Accepts blank lines after the last row of a file, refuses them between rows. */
final class BlankLines {
    private final String source;
    private long firstBlank;

    BlankLines(String source) {
        this.source = source;
    }

    void blank(long line) {
        if (firstBlank == 0) {
            firstBlank = line;
        }
    }

    /**
     * A row follows.
     *
     * @throws InputException if a blank line came before it
     */
    void row() {
        if (firstBlank != 0) {
            throw new InputException(
                    RowUnit.LINE.place(source, firstBlank) + ": blank line between rows; remove it or fill it");
        }
    }
}
