// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.Locale;

/** Where in a text a trigger stands. */
public enum Position {
    START,
    MIDDLE,
    END;

    /** The name in reports: lower case. */
    public String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Index before which something is put into a text of so many parts: tokens, or words. */
    public int index(int parts) {
        return switch (this) {
            case START -> 0;
            case MIDDLE -> parts / 2;
            case END -> parts;
        };
    }
}
