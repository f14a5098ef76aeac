// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.purespark.Shown;

/** A file of named tensors, read once from front to back: no random access, one tensor in memory beside its result. */
interface TensorFile extends Closeable {
    /**
     * What the file says of a tensor before its data is read.
     *
     * @param name as in the file
     * @param type of the elements in the file
     * @param shape dimensions, outermost first
     * @param place file and position, for messages
     */
    record Entry(String name, ElementType type, int[] shape, String place) {
        /** The name, for messages. */
        String shown() {
            return Shown.of(name);
        }

        /** The shape, for messages. */
        String shownShape() {
            return Shown.of(Arrays.toString(shape));
        }
    }

    /** The tensors in the file, in the order in which {@link #readEach} passes them. */
    List<Entry> entries();

    /**
     * Passes the wanted tensors to the sink, as float32, in the file's order. To be called once.
     *
     * @throws org.purespark.InputException if a wanted tensor cannot be read as float32, or the file ends early
     */
    void readEach(Predicate<Entry> wanted, BiConsumer<Entry, Tensor> sink) throws IOException;

    /**
     * Passes what is odd about the values of each tensor with elements that are read as float32, in the file's order,
     * without holding a tensor in memory. To be called once, in place of {@link #readEach}.
     */
    void checkEach(BiConsumer<Entry, TensorValues> sink) throws IOException;
}
