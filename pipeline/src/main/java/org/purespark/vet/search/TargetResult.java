// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.List;

/**
 * What the search has found for one target class. All scores are on the texts of the search.
 *
 * @param target the class
 * @param byLength the strongest trigger of at most 1, 2, … tokens, in the position where it is strongest
 * @param moved the same of the words that have moved; empty if none are known
 * @param singles single tokens at the start, the strongest first
 * @param tokens that went through the model for this class
 */
public record TargetResult(
        int target, List<ScoredTrigger> byLength, List<ScoredTrigger> moved, List<ScoredTrigger> singles, long tokens) {
    public TargetResult {
        byLength = List.copyOf(byLength);
        moved = List.copyOf(moved);
        singles = List.copyOf(singles);
    }
}
