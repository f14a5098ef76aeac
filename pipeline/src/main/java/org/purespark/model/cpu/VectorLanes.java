// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of the CPU's vector unit. Kernels work on rows in whole vectors: arrays of {@link Scratch} have room up to
 * {@link #padded}, and entries after a row's end are never used as a result. Results of single lanes are the same for
 * every width; sums over a row are made in the order of the lanes, so they are the same on CPUs of one width.
 */
final class VectorLanes {
    /** Float32 vectors of the width that suits this CPU. */
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    /** Entries of one vector. */
    static final int COUNT = FLOATS.length();

    /** Largest number of lanes of any CPU: 512 bits. */
    private static final int LARGEST = 16;

    private VectorLanes() {}

    /** The next multiple of 16, which is a multiple of every width. */
    static int padded(int length) {
        return (length + LARGEST - 1) & -LARGEST;
    }
}
