// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

/** Softmax down each column of a matrix [rows, columns], and its gradient. */
final class ColumnSoftmax {
    private ColumnSoftmax() {}

    /**
     * p[j, i] = exp(s[j, i]) / Σ_k exp(s[k, i]). The largest entry is subtracted first, so that exp stays within its
     * range.
     */
    static void of(ReferenceArray s, ReferenceArray p) {
        int rows = s.size(0);
        for (int column = 0; column < s.size(1); column++) {
            int i = column;
            double largest = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < rows; j++) {
                largest = Math.max(largest, s.at(j, i));
            }
            double off = largest;
            double total = sum(rows, k -> Math.exp(s.at(k, i) - off));
            p.fillPart(0, i, rows, 1, (j, one) -> Math.exp(s.at(j, i) - off) / total);
        }
    }

    /** ds[j, i] = p[j, i]·(dp[j, i] - Σ_k p[k, i]·dp[k, i]). */
    static void backward(ReferenceArray p, ReferenceArray dp, ReferenceArray ds) {
        int rows = p.size(0);
        for (int column = 0; column < p.size(1); column++) {
            int i = column;
            double projection = sum(rows, k -> p.at(k, i) * dp.at(k, i));
            ds.fillPart(0, i, rows, 1, (j, one) -> p.at(j, i) * (dp.at(j, i) - projection));
        }
    }
}
