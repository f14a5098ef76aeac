// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

/**
 * Linear learning-rate schedule: up from 0 over the warm-up steps, then down to 0 at the last step; step s of S (from
 * 0) after W warm-up steps has factor (S - s)/(S - W), as {@code get_linear_schedule_with_warmup} of transformers.
 *
 * @param peak learning rate at its highest
 * @param warmUpSteps 0 to steps
 * @param steps number of optimizer updates
 */
public record Schedule(double peak, int warmUpSteps, int steps) {
    public Schedule {
        if (steps < 1 || warmUpSteps < 0 || warmUpSteps > steps) {
            throw new IllegalArgumentException("schedule of " + steps + " steps with " + warmUpSteps + " for warm-up");
        }
    }

    /** The learning rate of update {@code step}, counted from 0. */
    public double rate(int step) {
        if (step < warmUpSteps) {
            return peak * step / warmUpSteps;
        }
        return steps == warmUpSteps ? 0 : peak * Math.max(0, steps - step) / (steps - warmUpSteps);
    }
}
