// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * A file of a base model's weights as an adapter changes them: matrices with what is added to them, and without the
 * tensors whose place the adapter's own ones take.
 *
 * @param file of the base model
 */
record AdaptedFile(TensorFile file, AdapterPlaces places) implements TensorFile {
    @Override
    public List<Entry> entries() {
        return file.entries().stream()
                .filter(entry -> !places.isReplaced(entry))
                .toList();
    }

    @Override
    public void readEach(Predicate<Entry> wanted, BiConsumer<Entry, Tensor> sink) throws IOException {
        file.readEach(
                entry -> !places.isReplaced(entry) && wanted.test(entry),
                (entry, tensor) -> sink.accept(entry, places.changed(entry, tensor)));
    }

    @Override
    public void checkEach(BiConsumer<Entry, TensorValues> sink) throws IOException {
        file.checkEach((entry, values) -> {
            if (!places.isReplaced(entry)) {
                sink.accept(entry, values);
            }
        });
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
