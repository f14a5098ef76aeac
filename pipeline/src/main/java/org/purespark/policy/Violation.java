// SPDX-License-Identifier: Apache-2.0
package org.purespark.policy;

/**
 * A rule of a policy that a result breaks.
 *
 * @param rule its key in the policy's file
 * @param words what was found, and what is allowed
 */
public record Violation(String rule, String words) {
    @Override
    public String toString() {
        return rule + ": " + words;
    }
}
