// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.List;

/** What the search asks of a classifier. Texts are token ids with special tokens. */
public interface SearchedModel {
    /** Number of classes C, at least 2. */
    int classes();

    /**
     * Class scores [C] of each text, in order.
     *
     * @param label of the pass, for the display of progress
     */
    List<float[]> logits(String label, List<int[]> texts);

    /**
     * Sums over the texts of the gradients of cross-entropy by the embeddings of neighbouring tokens.
     *
     * @param label of the pass, for the display of progress
     * @param target the class whose cross-entropy it is
     * @param first index of the first of the tokens, the same in all texts
     * @param count number of tokens n
     * @return [n][W]
     */
    double[][] slotGradients(String label, List<int[]> texts, int target, int first, int count);
}
