// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.event;

import java.time.Instant;

/** An event with the time at which it was logged. */
public record TimedEvent(Instant time, Event event) {}
