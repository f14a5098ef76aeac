// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.time.Clock;
import java.util.Optional;
import org.purespark.run.FormerRun;
import org.purespark.storage.Storage;
import picocli.CommandLine.Option;

/** The run whose results are taken. */
final class ReuseOption {
    @Option(
            names = "--reuse",
            paramLabel = "DIR",
            description =
                    "A former run: a stage's result is copied from it, in place of being made, if it is complete there"
                            + " and made from the same settings and inputs, by their digests; such as the baseline,"
                            + " for another defence.")
    private String directory;

    /**
     * The run; empty without the option.
     *
     * @throws org.purespark.InputException if no run has worked in the directory
     */
    Optional<FormerRun> open(Storage storage) {
        return Optional.ofNullable(directory).map(address -> FormerRun.open(storage, address, Clock.systemUTC()));
    }
}
