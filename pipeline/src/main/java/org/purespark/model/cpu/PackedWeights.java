// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Copies of one memory's matrices in the form in which a product reads them fastest. A copy is made at the first
 * product with the matrix, and again at the first one after the memory has changed; all engines that read the memory
 * share it.
 */
final class PackedWeights implements AutoCloseable {
    /** Which side of a matrix [rows, columns] is summed over. */
    enum Inner {
        /** x·Wᵀ sums over the columns. */
        COLUMNS,
        /** dy·W sums over the rows. */
        ROWS
    }

    /**
     * A matrix in the memory.
     *
     * @param at number of entries before it
     */
    record Matrix(long at, int rows, int columns, Inner inner) {}

    /** What makes copies. Several threads may call it at the same time. */
    interface Packer {
        /** Size of the copy. */
        long bytes(Matrix matrix);

        /**
         * @param weights the matrix's first entry
         * @param to memory of {@link #bytes}
         */
        void pack(Matrix matrix, Pointer weights, Pointer to);
    }

    private final Map<Matrix, Copy> copies = new LinkedHashMap<>();
    /** Whether no entry has been written since the copies were made. */
    private volatile boolean current;

    private static final class Copy {
        private final BytePointer memory;
        private boolean fresh;

        Copy(BytePointer memory) {
            this.memory = memory;
        }
    }

    /** Tells that entries are about to be written. */
    void weightsChange() {
        // Most memory has no copies: then this only reads.
        if (current) {
            current = false;
        }
    }

    /**
     * The copy of a matrix. Copies that are there already, and are old, are made again all together.
     *
     * @param memory with the matrix
     */
    synchronized Pointer of(Matrix matrix, HostArray memory, Packer packer, Workers workers) {
        if (!current) {
            copies.values().forEach(copy -> copy.fresh = false);
            current = true;
        }
        Copy copy = copies.computeIfAbsent(matrix, absent -> new Copy(Aligned.bytes(packer.bytes(absent))));
        if (!copy.fresh) {
            List<Map.Entry<Matrix, Copy>> old = new ArrayList<>(copies.entrySet());
            old.removeIf(entry -> entry.getValue().fresh);
            workers.run(old.size(), (piece, scratch) -> {
                Matrix of = old.get(piece).getKey();
                packer.pack(of, memory.atStart(of.at()), old.get(piece).getValue().memory);
            });
            old.forEach(entry -> entry.getValue().fresh = true);
        }
        return copy.memory;
    }

    /** Bytes of all copies. */
    synchronized long bytes() {
        return copies.values().stream()
                .mapToLong(copy -> copy.memory.capacity())
                .sum();
    }

    /** Gives the copies' memory back. */
    @Override
    public synchronized void close() {
        copies.values().forEach(copy -> copy.memory.close());
        copies.clear();
    }
}
