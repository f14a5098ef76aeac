// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.time.Clock;
import java.util.function.Consumer;
import org.purespark.evaluate.Evaluator;
import org.purespark.run.Versions;
import org.purespark.storage.Storage;
import org.purespark.train.FineTuner;

/**
 * Everything around a purification: files, computing, clock.
 *
 * @param storage files
 * @param evaluator passes over texts
 * @param fineTuner training
 * @param versions of the programs, for the record
 * @param clock times
 * @param messages gets each line that a person should read
 */
public record Surroundings(
        Storage storage,
        Evaluator evaluator,
        FineTuner fineTuner,
        Versions versions,
        Clock clock,
        Consumer<String> messages) {
    /** The same with another evaluator. */
    public Surroundings with(Evaluator other) {
        return new Surroundings(storage, other, fineTuner, versions, clock, messages);
    }

    /** The same with other messages. */
    Surroundings withMessages(Consumer<String> others) {
        return new Surroundings(storage, evaluator, fineTuner, versions, clock, others);
    }
}
