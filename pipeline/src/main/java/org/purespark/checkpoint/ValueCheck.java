// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What is odd about a tensor's values, found in one pass over its parts: NaN, infinities, rows of zeros, and rows of a
 * matrix whose norm is far from that of the others. It holds a number for each row, not the values.
 */
final class ValueCheck {
    /** A row is odd if its norm is so many robust standard deviations from the median of all rows. */
    static final double ODD_DEVIATIONS = 12;

    /** Of a normal distribution: standard deviation = 1.4826 × median absolute deviation. */
    private static final double DEVIATION_OF_MEDIAN = 1.4826;

    private static final int MOST_ODD_ROWS = 10;
    private static final int FEWEST_ROWS = 8;

    private final TensorFile.Entry entry;
    private final long rowLength;
    private final double[] squares;
    private long at;
    private long nan;
    private long infinite;
    private float smallest = Float.POSITIVE_INFINITY;
    private float largest = Float.NEGATIVE_INFINITY;

    ValueCheck(TensorFile.Entry entry) {
        this.entry = entry;
        boolean matrix = entry.shape().length >= 2;
        long elements = 1;
        for (int size : entry.shape()) {
            elements *= size;
        }
        int rows = matrix ? entry.shape()[0] : 1;
        this.squares = new double[elements == 0 ? 0 : rows];
        this.rowLength = squares.length == 0 ? 0 : elements / squares.length;
    }

    /** Takes the next {@code count} values, row-major. */
    void accept(float[] values, int count) {
        for (int i = 0; i < count; i++, at++) {
            float value = values[i];
            if (Float.isFinite(value)) {
                smallest = Math.min(smallest, value);
                largest = Math.max(largest, value);
                squares[(int) (at / rowLength)] += (double) value * value;
            } else if (Float.isNaN(value)) {
                nan++;
            } else {
                infinite++;
            }
        }
    }

    TensorValues result() {
        double[] norms = Arrays.stream(squares).map(Math::sqrt).toArray();
        long zeroRows = Arrays.stream(norms).filter(norm -> norm == 0).count();
        boolean any = smallest <= largest;
        return new TensorValues(
                nan, infinite, any ? smallest : null, any ? largest : null, (int) zeroRows, oddRows(norms));
    }

    private List<TensorValues.OddRow> oddRows(double[] norms) {
        if (norms.length < FEWEST_ROWS || entry.shape().length < 2) {
            return List.of();
        }
        double median = median(norms);
        double deviation = DEVIATION_OF_MEDIAN
                * median(Arrays.stream(norms)
                        .map(norm -> Math.abs(norm - median))
                        .toArray());
        if (!(deviation > 0)) {
            return List.of();
        }
        List<TensorValues.OddRow> odd = new ArrayList<>();
        for (int row = 0; row < norms.length; row++) {
            double deviations = (norms[row] - median) / deviation;
            if (norms[row] > 0 && Math.abs(deviations) > ODD_DEVIATIONS) {
                odd.add(new TensorValues.OddRow(row, norms[row], median, deviations));
            }
        }
        odd.sort(Comparator.comparingDouble((TensorValues.OddRow row) -> -Math.abs(row.deviations()))
                .thenComparingInt(TensorValues.OddRow::row));
        return List.copyOf(odd.subList(0, Math.min(MOST_ODD_ROWS, odd.size())));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
