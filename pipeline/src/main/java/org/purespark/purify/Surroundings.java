package org.purespark.purify;

import java.time.Clock;
import java.util.function.Consumer;
import org.purespark.evaluate.Evaluator;
import org.purespark.run.Versions;
import org.purespark.storage.Storage;
import org.purespark.train.FineTuner;

/**
 * What a purification works with.
 *
 * @param storage files
 * @param evaluator passes over texts
 * @param fineTuner training
 * @param versions what this is, for the record
 * @param clock times
 * @param said takes what a person should read, a line at a time
 */
public record Surroundings(
        Storage storage,
        Evaluator evaluator,
        FineTuner fineTuner,
        Versions versions,
        Clock clock,
        Consumer<String> said) {}
