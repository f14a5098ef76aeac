// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.List;
import org.purespark.vet.search.Position;

/**
 * What a typed trigger does to texts that the search has not seen.
 *
 * @param target the class that it turns to
 * @param tokens ids
 * @param typed as a user types it
 * @param position where it stands
 * @param texts number of texts, at least 1
 * @param flips how many of them are predicted as the target with it
 * @param before how many of them are predicted as the target without it
 * @param push mean margin of the target with it, as a multiple of the mean margin that the true class has without it:
 *     -1 if it does nothing, 1 if the model is as sure of the target as it was of the truth
 * @param turned indices of the texts that are turned
 * @param predictions classes with the trigger, of each text
 */
record Turn(
        int target,
        List<Integer> tokens,
        String typed,
        Position position,
        int texts,
        int flips,
        int before,
        double push,
        List<Integer> turned,
        List<Integer> predictions) {
    double rate() {
        return (double) flips / texts;
    }

    double control() {
        return (double) before / texts;
    }
}
