// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.lease;

import org.purespark.storage.Storage;

/**
 * A directory that one process at a time works in.
 *
 * @param what it is, for messages: {@code run directory}
 * @param option the option that names it
 */
public record LeasedDirectory(String what, String address, String option) {
    /** A run directory. */
    public static LeasedDirectory ofRun(String address) {
        return new LeasedDirectory("run directory", address, "--run");
    }

    /** The directory of a sweep. */
    public static LeasedDirectory ofSweep(String address) {
        return new LeasedDirectory("sweep's directory", address, "--out");
    }

    /** The directory of a suspect that is made. */
    public static LeasedDirectory ofSuspect(String address) {
        return new LeasedDirectory("suspect's directory", address, "--out");
    }

    /** The directory of an experiment. */
    public static LeasedDirectory ofExperiment(String address) {
        return new LeasedDirectory("experiment's directory", address, "--out");
    }

    String leaseAddress() {
        return Storage.child(address, LeaseFile.NAME);
    }

    String inWords() {
        return "the " + what + " " + address;
    }
}
