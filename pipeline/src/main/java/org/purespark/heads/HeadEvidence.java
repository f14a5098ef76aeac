// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.IOException;

/** What can be known of the heads of a model. Each is measured when it is asked for, at most once. */
public interface HeadEvidence {
    /** Variance of CLS attention over clean texts. */
    HeadScores variance();

    /**
     * Gradients of the losses of clean texts by the heads' gates.
     *
     * @throws org.purespark.InputException if the model has no classifier
     */
    GateSums gateGradients();

    /**
     * The same gradients in some passes with dropout.
     *
     * @throws org.purespark.InputException if the model has no classifier
     */
    GateSamples gateSamples();

    /** Sizes of the heads' weights. */
    HeadWeights weights() throws IOException;
}
