// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.nio.ByteBuffer;

/** Keeps the full blocks of a split while it is made. */
@FunctionalInterface
public interface BlockStore {
    /** Keeps them on the heap. */
    BlockStore HEAP = block -> block;

    /** A buffer with the same bytes, to be read as long as the split is used. */
    ByteBuffer keep(ByteBuffer block);
}
