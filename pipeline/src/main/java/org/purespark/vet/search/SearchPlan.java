// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

/**
 * How much is searched.
 *
 * @param tokensPerClass most tokens that go through the model for each target class; a pass with gradients counts three
 *     times
 * @param longest most tokens of a trigger, at least 1
 */
public record SearchPlan(long tokensPerClass, int longest) {
    public SearchPlan {
        if (tokensPerClass < 1 || longest < 1) {
            throw new IllegalArgumentException(
                    "a search of " + tokensPerClass + " tokens for triggers of up to " + longest + " tokens");
        }
    }
}
