// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.lease;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import org.purespark.storage.ExclusiveFile;
import org.purespark.storage.FileVersion;

/**
 * What a look at the lease of a directory has found.
 *
 * @param version the file
 * @param lease what it says, or null if it cannot be read as a lease
 */
record LeaseLook(FileVersion version, LeaseFile lease) {
    private static final int READ_TRIES = 10;
    private static final long MILLIS_BETWEEN_TRIES = 50;

    /** Looks; empty if nobody has the lease. Waits a moment for a lease that is just being written. */
    static Optional<LeaseLook> at(ExclusiveFile file) throws IOException {
        LeaseLook look = null;
        for (int i = 0; i < READ_TRIES; i++) {
            Optional<FileVersion> version = file.read();
            if (version.isEmpty()) {
                return Optional.empty();
            }
            Optional<LeaseFile> lease =
                    LeaseFile.parse(file.address(), version.get().content());
            look = new LeaseLook(version.get(), lease.orElse(null));
            if (lease.isPresent()) {
                break;
            }
            pause(MILLIS_BETWEEN_TRIES);
        }
        return Optional.of(look);
    }

    boolean has(String token) {
        return lease != null && lease.token().equals(token);
    }

    /** Whether the owner's process has ended for certain. */
    boolean isDead(LeaseOwner here) {
        return lease != null && lease.owner().hasEnded(here);
    }

    /** Time since the last renewal. */
    Duration age(long nowMillis) {
        return Duration.ofMillis(nowMillis - version.modifiedMillis());
    }

    String inWords() {
        return lease == null ? "by a process that is not known" : lease.inWords();
    }

    static void pause(long millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a lease");
        }
    }
}
