// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.io.Serializable;
import org.purespark.config.Settings;
import org.purespark.purify.Inputs;

/**
 * The purification of one suspect with one seed: everything that is needed to run it.
 *
 * @param inputs addresses that mean the same on every machine
 * @param settings with this run's seed
 * @param directory address of its run directory
 */
public record SuspectRun(String name, Inputs inputs, Settings settings, String directory) implements Serializable {
    /** The file of the run's outcome, written last. */
    public static final String OUTCOME = "outcome.json";

    /** The same with other inputs. */
    public SuspectRun with(Inputs others) {
        return new SuspectRun(name, others, settings, directory);
    }

    public long seed() {
        return settings.seed();
    }

    /** Name and seed, for messages. */
    public String label() {
        return name + ", seed " + seed();
    }
}
