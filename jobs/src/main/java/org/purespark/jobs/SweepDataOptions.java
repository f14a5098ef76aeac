// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import org.purespark.purify.Inputs;
import picocli.CommandLine.Option;

/** Inputs of rows that do not name their own. Relative addresses are resolved against the working directory. */
final class SweepDataOptions {
    @Option(
            names = "--train",
            paramLabel = "FILE",
            description = "Clean labelled texts (.tsv .csv .jsonl .json .parquet; .gz) of rows that name none.")
    private String train;

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description =
                    "Clean labelled texts of rows that name none; without them a seeded share of train is held out.")
    private String validation;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description = "Clean labelled texts of rows that name none; without them the validation texts serve.")
    private String test;

    @Option(
            names = "--poisoned-test",
            paramLabel = "FILE",
            description = "Triggered texts with their true labels, of rows that name none.")
    private String poisonedTest;

    @Option(
            names = "--target",
            paramLabel = "LABEL",
            description = "Label that the attack aims at in such rows, or 'next class' (from all classes to all).")
    private String target;

    Inputs inputs() {
        return Inputs.builder()
                .train(train)
                .validation(validation)
                .test(test)
                .poisonedTest(poisonedTest)
                .target(target)
                .build();
    }
}
