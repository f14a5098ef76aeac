// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * The search for triggers that are not known.
 *
 * @param texts most clean texts for each target class; the search sees one half, its results are measured on the other,
 *     [4, 4096]
 * @param budgetTexts how much may go through the model for each target class, in texts of 25 tokens, [10, 100000000]
 * @param triggerTokens most tokens of a trigger, [1, 12]
 */
public record VetSettings(
        @Allowed("[4, 4096]") int texts,
        @Allowed("[10, 100000000]") int budgetTexts,
        @Allowed("[1, 12]") int triggerTokens)
        implements Serializable {}
