// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until it is moved. */
public final class TickingClock extends Clock {
    private long millis = Instant.parse("2026-01-02T03:04:05Z").toEpochMilli();

    public void move(long by) {
        millis += by;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
