// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import java.util.Optional;
import org.purespark.metrics.WilsonInterval;

/**
 * A figure of a model.
 *
 * @param type its name in files: {@code accuracy}, {@code label-flip-rate}
 * @param words its name for people
 * @param value 0 to 1
 * @param texts the texts that it is measured on, in words
 * @param interval Wilson's 95 % interval; empty where the figure is no share of texts
 */
record Figure(String type, String words, double value, Texts texts, Optional<WilsonInterval> interval) {
    /** The texts of a figure. */
    enum Texts {
        CLEAN("clean test texts"),
        TRIGGERED("triggered test texts");

        private final String words;

        Texts(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }
}
