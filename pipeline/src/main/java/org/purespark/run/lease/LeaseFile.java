// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.lease;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.run.artifact.JsonFiles;

/**
 * {@code owner.json}: who works in a directory.
 *
 * @param schema 1
 * @param token random, of this lease alone
 * @param since when the lease was taken, ISO 8601, UTC, by the owner's clock
 * @param renewed when it was renewed last, by the owner's clock
 */
record LeaseFile(int schema, String token, LeaseOwner owner, String since, String renewed) {
    static final int SCHEMA = 1;
    static final String NAME = "owner.json";

    LeaseFile {
        Objects.requireNonNull(token, "token is null");
        Objects.requireNonNull(owner, "owner is null");
        Objects.requireNonNull(since, "since is null");
        Objects.requireNonNull(renewed, "renewed is null");
    }

    static LeaseFile of(String token, LeaseOwner owner, Instant now) {
        return new LeaseFile(SCHEMA, token, owner, text(now), text(now));
    }

    LeaseFile renewedAt(Instant now) {
        return new LeaseFile(schema, token, owner, since, text(now));
    }

    /** Times have the same number of digits, so that a renewal has the same length. */
    static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    String json() {
        return JsonFiles.indented(this);
    }

    /** Empty if the text is no lease: a part of one, or of another version of the program. */
    static Optional<LeaseFile> parse(String address, String text) {
        try {
            return Optional.of(JsonFiles.parse(address, text, LeaseFile.class, SCHEMA));
        } catch (InputException e) {
            // still somebody's: its age tells whether it counts
            return Optional.empty();
        }
    }

    /** Since when and by whom, for messages. */
    String inWords() {
        return "since " + Shown.of(since) + " by " + owner.inWords();
    }
}
