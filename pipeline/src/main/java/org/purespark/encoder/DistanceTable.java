// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/**
 * Which row of a table belongs to a distance, query's position minus key's position. The row of a larger distance is
 * the same or a later one.
 */
public sealed interface DistanceTable extends Serializable permits Distances, EachDistance {
    /** Number of rows. */
    int rows();

    /** The row of {@code distance}, 0 to {@link #rows()} - 1. */
    int row(int distance);
}
