// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.Serializable;
import org.purespark.heads.VarianceSums;
import org.purespark.metrics.Confusion;

/**
 * The result of a pass over texts; the results of parts can be merged.
 *
 * @param variances sums per head
 * @param confusion of the labelled texts; null if the model has no classifier
 */
public record Statistics(VarianceSums variances, Confusion confusion) implements Serializable {
    public Statistics merge(Statistics other) {
        return new Statistics(
                variances.merge(other.variances), confusion == null ? null : confusion.merge(other.confusion));
    }
}
