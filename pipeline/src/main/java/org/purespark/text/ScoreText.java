// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.Shown;

/** A score as it is written. */
public final class ScoreText {
    /** Largest size of a score: squares of differences, and their sums, stay far within float32. */
    public static final float LARGEST = 1_000_000;

    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,9})?");

    private ScoreText() {}

    /**
     * The score.
     *
     * @param place of the label, for messages
     * @throws InputException if it is no decimal number, or beyond {@link #LARGEST}
     */
    public static float parse(String label, String place) {
        if (!NUMBER.matcher(label).matches()) {
            throw new InputException(place + ": " + Shown.of(label)
                    + " is no number; the model gives one score, so labels are scores (task.kind chooses another"
                    + " task)");
        }
        float score = Float.parseFloat(label);
        if (Math.abs(score) > LARGEST) {
            throw new InputException(place + ": the score " + Shown.of(label)
                    + " is beyond the range of scores, -1000000 to 1000000; write scores in another unit");
        }
        return score;
    }
}
