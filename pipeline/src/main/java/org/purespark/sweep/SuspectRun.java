package org.purespark.sweep;

import java.io.Serializable;
import org.purespark.config.Settings;
import org.purespark.purify.Inputs;

/**
 * The purification of one suspect with one seed: all that whoever carries it out must know.
 *
 * @param inputs addresses that mean the same on every machine
 * @param settings with this run's seed
 * @param directory address of its run directory
 */
public record SuspectRun(String name, Inputs inputs, Settings settings, String directory) implements Serializable {
    /** What the run left behind, written last. */
    public static final String OUTCOME = "outcome.json";

    public long seed() {
        return settings.seed();
    }

    /** The run in words. */
    public String label() {
        return name + ", seed " + seed();
    }
}
