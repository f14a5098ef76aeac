// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.IOException;

/** Decides the order in which heads are pruned. */
public interface HeadScorer {
    /**
     * A score for each head; heads with a low one are pruned first.
     *
     * @return L × A, each finite
     */
    double[][] scores(HeadEvidence evidence) throws IOException;
}
