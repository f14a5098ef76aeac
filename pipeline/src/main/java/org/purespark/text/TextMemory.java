// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import org.purespark.InputException;

/** The memory that rows take which are all kept. */
final class TextMemory {
    private static final long BYTES_PER_MEGABYTE = 1_000_000;

    private final String source;
    private final long most;
    private long bytes;

    /** @param most bytes that may be taken */
    TextMemory(String source, long most) {
        this.source = source;
        this.most = most;
    }

    /** Half of the heap: the rest is for what is made of the texts. */
    static TextMemory ofThisProcess(String source) {
        return new TextMemory(source, Runtime.getRuntime().maxMemory() / 2);
    }

    /** @throws InputException if this row takes more than may be taken */
    void add(RowUnit unit, LabelledText row) {
        bytes += TextLimits.bytesOf(row.parts(), row.label());
        if (bytes > most) {
            throw new InputException(unit.place(source, row.number()) + ": the texts up to here take more than "
                    + most / BYTES_PER_MEGABYTE + " MB, half of the memory of this process, which must hold them all;"
                    + " take a part of them, or give the driver more memory");
        }
    }
}
