// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.Optional;
import java.util.SortedSet;
import org.purespark.InputException;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.Settings;
import org.purespark.encoder.EncoderConfig;
import org.purespark.heads.Head;
import org.purespark.task.TaskKind;

/** What clean texts tell about a suspect and its baseline. Each is measured when it is asked for. */
public interface Clues {
    Settings settings();

    /** What the suspect is trained to answer. */
    TaskKind task();

    /** The suspect's encoder. */
    EncoderConfig encoder();

    /** The heads that the prune search chooses (PURE, step 3). */
    SortedSet<Head> idleHeads() throws IOException;

    /** [L] coefficients of the penalty, from the baseline without these heads (PURE, step 4). */
    double[] coefficients(SortedSet<Head> pruned) throws IOException;

    /** [V] how often each token id is in the clean train texts: {@link org.purespark.batch.TokenCounts}. */
    int[] tokenCounts() throws IOException;

    /**
     * [L][F] mean absolute activation of each neuron of the baseline's feed-forward parts, over the tokens of the clean
     * validation texts: {@link org.purespark.evaluate.Evaluator#neurons}.
     */
    double[][] neuronActivity() throws IOException;

    /** The fine-tuned suspect. */
    ModelAddress baseline() throws IOException;

    /** The model that a need asks for, if it is given. */
    Optional<ModelAddress> given(DefenceNeed need);

    /**
     * The model that a need asks for.
     *
     * @throws InputException naming the option if it is not given
     */
    default ModelAddress model(DefenceNeed need) {
        return given(need)
                .orElseThrow(() ->
                        new InputException("defence=" + settings().defence().spelling() + " needs " + need.inWords()
                                + ": give " + need.option() + " DIR"));
    }
}
