// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.io.Serializable;
import java.util.Objects;

/**
 * A text and its class.
 *
 * @param text may be empty
 * @param label class index, 0 to C - 1
 */
public record TextOfClass(String text, int label) implements Serializable {
    public TextOfClass {
        Objects.requireNonNull(text, "text");
        if (label < 0) {
            throw new IllegalArgumentException("class " + label + ": classes start at 0");
        }
    }
}
