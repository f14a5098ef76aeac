// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.bytedeco.javacpp.BytePointer;

/** Native memory that starts with a line of the cache. */
final class Aligned {
    private static final int LINE = 64;

    private Aligned() {}

    /** Memory of at least {@code count} bytes, whose contents are undefined. */
    static BytePointer bytes(long count) {
        BytePointer memory = new BytePointer(count + LINE);
        long beyond = memory.address() % LINE;
        return memory.position(beyond == 0 ? 0 : LINE - beyond);
    }
}
