// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.SortedSet;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.Settings;
import org.purespark.encoder.EncoderConfig;
import org.purespark.heads.Head;

/** What clean texts tell about a suspect and its baseline. Each is measured when it is asked for. */
public interface Clues {
    Settings settings();

    /** The suspect's encoder. */
    EncoderConfig encoder();

    /** The heads that the prune search chooses (PURE, step 3). */
    SortedSet<Head> idleHeads() throws IOException;

    /** [L] coefficients of the penalty, from the baseline without these heads (PURE, step 4). */
    double[] coefficients(SortedSet<Head> pruned) throws IOException;

    /** [V] how often each token id is in the clean train texts. */
    int[] tokenCounts() throws IOException;

    /** [L][F] mean activation of each neuron of the baseline's feed-forward parts, over validation tokens. */
    double[][] neuronActivity() throws IOException;

    /** The fine-tuned suspect. */
    ModelAddress baseline() throws IOException;

    /**
     * The model that a need asks for.
     *
     * @throws org.purespark.InputException naming the option if it is not given
     */
    ModelAddress model(DefenceNeed need);
}
