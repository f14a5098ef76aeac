// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

/** Training gives numbers that are not finite; the message tells the step and what to change. */
public final class TrainingDivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TrainingDivergedException(String message) {
        super(message);
    }
}
