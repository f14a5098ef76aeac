// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.lease;

import java.time.Duration;

/**
 * The times of leases.
 *
 * @param renewal how often an owner renews its lease
 * @param stale age of the last renewal from which on another process may take the lease over
 * @param patience how long a process waits for a lease that another one has
 */
public record LeaseTimes(Duration renewal, Duration stale, Duration patience) {
    private static final Duration RENEWAL = Duration.ofSeconds(20);
    private static final Duration STALE = Duration.ofMinutes(2);

    /** For commands: a directory that is in use is refused at once. */
    public static final LeaseTimes OF_COMMANDS = new LeaseTimes(RENEWAL, STALE, Duration.ZERO);

    /** For the runs of a sweep: an executor that died may have had the lease, and nobody waits at a screen. */
    public static final LeaseTimes OF_SWEEPS = new LeaseTimes(RENEWAL, STALE, STALE.plus(RENEWAL));
}
