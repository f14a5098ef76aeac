// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.encoder.ClassifierKind;
import org.purespark.family.DerivedTensor;
import org.purespark.family.Family;

/**
 * Tensors that a family's class needs beside a linear classifier, and that are made from parameters. Where they are
 * read, they must be what is written: with others the class would compute something else.
 */
final class DerivedTensors {
    private final String prefix;
    private final List<DerivedTensor> derived;
    private final SortedMap<String, Tensor> read = new TreeMap<>();
    private String place = "";

    private DerivedTensors(String prefix, List<DerivedTensor> derived) {
        this.prefix = prefix;
        this.derived = derived;
    }

    /**
     * @param kind of the classifier
     * @param declared whether the model has, or should have, a classifier among its weights
     */
    static DerivedTensors of(Family family, ClassifierKind kind, boolean declared) {
        boolean linear = declared && !kind.hasDense();
        return new DerivedTensors(family.prefix(), linear ? family.besideLinearClassifier() : List.of());
    }

    List<DerivedTensor> all() {
        return derived;
    }

    /** The shape on disk, where the hidden size is D. */
    static int[] shape(DerivedTensor tensor, int d) {
        return switch (tensor.form()) {
            case COPY -> new int[] {d};
            case INVERSE_DIAGONAL -> new int[] {d, d};
        };
    }

    /**
     * The tensor's values.
     *
     * @param parameters by name
     * @throws InputException if there is no such tensor
     */
    static Tensor made(DerivedTensor tensor, SortedMap<String, Tensor> parameters) {
        Tensor vector = parameters.get(tensor.parameter());
        int d = vector.values().length;
        if (tensor.form() == DerivedTensor.Form.COPY) {
            return vector;
        }
        Tensor matrix = Tensor.zeros(shape(tensor, d));
        for (int i = 0; i < d; i++) {
            float inverse = 1 / vector.values()[i];
            if (!Float.isFinite(inverse)) {
                throw new InputException("cannot use a linear classifier: entry " + i + " of " + tensor.parameter()
                        + " is " + vector.values()[i] + ", and its class divides by it");
            }
            matrix.values()[i * d + i] = inverse;
        }
        return matrix;
    }

    private Optional<DerivedTensor> find(String nameInFile) {
        String bare = nameInFile.startsWith(prefix) ? nameInFile.substring(prefix.length()) : nameInFile;
        return derived.stream().filter(tensor -> tensor.name().equals(bare)).findFirst();
    }

    boolean isWanted(String nameInFile) {
        return find(nameInFile).isPresent();
    }

    /** Keeps a tensor that {@link #isWanted}, until all are there. */
    void accept(TensorFile.Entry entry, Tensor tensor) {
        read.put(find(entry.name()).orElseThrow().name(), tensor);
        place = entry.place();
    }

    /** Refuses a model whose tensors are not those that its parameters make. */
    void requireSame(SortedMap<String, Tensor> parameters) {
        for (DerivedTensor tensor : derived) {
            Tensor there = read.get(tensor.name());
            Tensor expected = made(tensor, parameters);
            if (there == null
                    || !Arrays.equals(there.shape(), expected.shape())
                    || !Arrays.equals(there.values(), expected.values())) {
                throw new InputException("cannot read tensor " + tensor.name() + ": "
                        + (there == null ? "it is missing" : "it is not made from " + tensor.parameter())
                        + "; with classifier_activation \"linear\" only a head is read that changes nothing, as this"
                        + " program writes it" + (there == null ? "" : " (" + place + ")"));
            }
        }
    }
}
