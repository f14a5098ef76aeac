package org.purespark.evaluate;

import java.io.Serializable;
import org.purespark.heads.VarianceSums;
import org.purespark.metrics.Confusion;

/**
 * What a pass over texts yields; parts merge in any number.
 *
 * @param variances sums per head
 * @param confusion of the labelled texts; null where the model has no classifier
 */
public record Statistics(VarianceSums variances, Confusion confusion) implements Serializable {
    public Statistics merge(Statistics other) {
        return new Statistics(
                variances.merge(other.variances), confusion == null ? null : confusion.merge(other.confusion));
    }
}
