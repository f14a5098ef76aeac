// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * Constants of the defences other than PURE. Each belongs to one of them.
 *
 * @param rateFactor {@code fth}: its learning rate, in learning rates of {@code train}, [1, 1000]
 * @param entropyEpochs {@code meft}: epochs of maximum entropy before the fine-tuning, [1, 1000]
 * @param newLayers {@code re-init}: top layers that are drawn anew, [1, 1000]
 * @param dormantShare {@code fine-pruning}: share of each layer's neurons that is pruned, [0, 1)
 * @param suspectShare {@code fine-mixing}: share of the weights that stay the suspect's, [0, 1]
 * @param replacedWords {@code fine-mixing}: words that get their clean embedding again, [0, 10000000]
 * @param teacherWeight {@code nad}: weight of the distance from the teacher's attention, [0, 100000]
 * @param trialTexts {@code auto}: most validation texts on which each clue is tried, [1, 100000]
 */
public record RepairSettings(
        @Allowed("[1, 1000]") double rateFactor,
        @Allowed("[1, 1000]") int entropyEpochs,
        @Allowed("[1, 1000]") int newLayers,
        @Allowed("[0, 1)") double dormantShare,
        @Allowed("[0, 1]") double suspectShare,
        @Allowed("[0, 10000000]") int replacedWords,
        @Allowed("[0, 100000]") double teacherWeight,
        @Allowed("[1, 100000]") int trialTexts)
        implements Serializable {}
