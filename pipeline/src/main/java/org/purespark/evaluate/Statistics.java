// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.Serializable;
import org.purespark.heads.VarianceSums;
import org.purespark.metrics.Tally;

/**
 * The result of a pass over texts; the results of parts can be merged.
 *
 * @param variances sums per head
 * @param tally of the labelled texts; null if the model has no classifier
 */
public record Statistics(VarianceSums variances, Tally tally) implements Serializable {
    public Statistics merge(Statistics other) {
        return new Statistics(variances.merge(other.variances), tally == null ? null : tally.merge(other.tally));
    }
}
