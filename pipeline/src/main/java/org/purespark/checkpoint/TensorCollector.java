// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.family.DeclaredModel;
import org.purespark.family.DiskTensor;
import org.purespark.family.ExportForm;
import org.purespark.family.TensorNames;

/** Gathers a model's tensors from its files under their internal names, each checked, in full shape. */
final class TensorCollector {
    private static final String WEIGHT = EncoderPart.CLASSIFIER.weight();
    private static final String BIAS = EncoderPart.CLASSIFIER.bias();
    /** Of a classifier whose tensors tell how many classes it has. */
    private static final int ANY_CLASSES = 1;

    private final int hidden;
    private final TensorNames names;
    private final DeclaredHeads heads;
    private final HeadSlices slices;
    private final SortedMap<String, ParameterSpec> parameters;
    private final boolean classifierRequired;
    private final DerivedTensors derived;
    private final SortedMap<String, Tensor> tensors = new TreeMap<>();
    private final Map<String, TensorFile.Entry> entries = new TreeMap<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * @param classifierRequired whether the last projection must be among the weights
     */
    TensorCollector(DeclaredModel model, DeclaredHeads heads, boolean classifierRequired) {
        ParameterList list = ParameterList.of(model.encoder(), model.classifierKind(), ANY_CLASSES);
        this.hidden = model.encoder().hidden();
        this.names = new TensorNames(model.family(), list, model.classifierKind());
        this.heads = heads;
        this.slices = new HeadSlices(model.encoder(), heads.heads());
        this.parameters = list.byName();
        this.classifierRequired = classifierRequired;
        this.derived = DerivedTensors.of(model.family(), model.classifierKind(), classifierRequired);
    }

    /** Of the tensors in the files. */
    TensorNames names() {
        return names;
    }

    /** Checks names and shapes before any data is read. */
    void announce(TensorFile file) {
        for (TensorFile.Entry entry : file.entries()) {
            Optional<DiskTensor> tensor = names.find(entry.name());
            if (tensor.isPresent()) {
                for (ParameterSpec parameter : tensor.get().parameters()) {
                    TensorFile.Entry other = entries.put(parameter.name(), entry);
                    if (other != null) {
                        throw new InputException("cannot read tensor " + entry.shown() + ": it is there twice ("
                                + other.place() + "; " + entry.place() + ")");
                    }
                }
                ElementStream.requireReadable(entry);
                checkShape(tensor.get(), entry);
            } else if (!names.isIgnorable(entry.name())) {
                warnings.add("unexpected tensor " + entry.shown() + " is left out (" + entry.place() + ")");
            }
        }
    }

    /** Whether it is of a part that is often in such files and is not computed. */
    boolean isIgnorable(TensorFile.Entry entry) {
        return names.isIgnorable(entry.name());
    }

    boolean isWanted(TensorFile.Entry entry) {
        return names.find(entry.name()).isPresent() || derived.isWanted(entry.name());
    }

    void accept(TensorFile.Entry entry, Tensor tensor) {
        if (derived.isWanted(entry.name())) {
            derived.accept(entry, tensor);
            return;
        }
        List<ParameterSpec> held = names.find(entry.name()).orElseThrow().parameters();
        requireFinite(entry, tensor);
        List<Tensor> parts =
                StackedRows.split(tensor, held.stream().map(this::shapeOnDisk).toList());
        for (int i = 0; i < parts.size(); i++) {
            accept(entry, held.get(i), parts.get(i));
        }
    }

    private void accept(TensorFile.Entry entry, ParameterSpec parameter, Tensor tensor) {
        if (heads.form() == ExportForm.COMPACT) {
            tensors.put(parameter.name(), slices.expanded(parameter, tensor));
            return;
        }
        if (slices.touches(parameter) && !slices.isZeroed(parameter, tensor)) {
            throw new InputException("cannot read tensor " + entry.shown() + ": heads that config.json lists under \""
                    + DeclaredHeads.ZEROED_KEY + "\" are not zero in it; remove the key if they are to take part ("
                    + entry.place() + ")");
        }
        tensors.put(parameter.name(), tensor);
    }

    /**
     * Takes the last projection from a file of its own, in place of the weights' one.
     *
     * @param file tensors {@code weight} [C, D] and {@code bias} [C]
     */
    void acceptClassifier(SortedMap<String, Tensor> file, Map<String, TensorFile.Entry> entriesByName, String address) {
        for (String name : entriesByName.keySet()) {
            if (!name.equals("weight") && !name.equals("bias")) {
                warnings.add("unexpected tensor " + Shown.of(name) + " is left out (" + address + ")");
            }
        }
        if (tensors.containsKey(WEIGHT)) {
            warnings.add("the classifier in " + address + " replaces that of the weights");
        }
        for (String parameter : List.of("weight", "bias")) {
            TensorFile.Entry entry = entriesByName.get(parameter);
            if (entry == null) {
                throw new InputException("cannot read " + address + ": tensor " + parameter
                        + " is missing; a classifier has weight [C, " + hidden + "] and bias [C]");
            }
            String name = EncoderPart.CLASSIFIER.path() + "." + parameter;
            entries.put(name, entry);
            checkShape(names.holding(name), entry);
            requireFinite(entry, file.get(parameter));
            tensors.put(name, file.get(parameter));
        }
    }

    /**
     * Refuses a set of tensors that lacks one the model needs.
     *
     * @param diskNames all names that the weights hold
     * @param place the file that should hold more
     */
    void requireComplete(Collection<String> diskNames, String place) {
        TreeSet<String> present = new TreeSet<>();
        for (String name : diskNames) {
            names.find(name)
                    .ifPresent(tensor -> tensor.parameters().forEach(parameter -> present.add(parameter.name())));
        }
        boolean someProjection = present.contains(WEIGHT) || present.contains(BIAS);
        parameters.forEach((name, parameter) -> {
            boolean needed = !isProjection(parameter) || classifierRequired || someProjection;
            if (needed && !present.contains(name)) {
                DiskTensor tensor = names.holding(name);
                throw new InputException("cannot read tensor " + tensor.name() + ": it is missing; expected "
                        + shapeText(tensor) + " (" + place + ")");
            }
        });
    }

    /** Refuses shards that lack what their index lists. */
    void requireIndexed(Collection<String> indexed, String directory) {
        for (String name : indexed) {
            Optional<DiskTensor> tensor = names.find(name);
            if (tensor.isPresent()
                    && !entries.containsKey(tensor.get().parameters().get(0).name())) {
                throw new InputException("cannot read tensor " + Shown.of(name)
                        + ": the index lists it, but no shard holds it (" + directory + ")");
            }
        }
    }

    /** Refuses weights in which tensors are not what they must be beside others; all have been read. */
    void requireConsistent() {
        derived.requireSame(tensors);
    }

    /** C, or 0 if there is no classifier; its weight and bias agree on it. */
    int classes() {
        TensorFile.Entry weight = entries.get(WEIGHT);
        if (weight == null) {
            return 0;
        }
        int classes = weight.shape()[0];
        TensorFile.Entry bias = entries.get(BIAS);
        if (bias.shape()[0] != classes) {
            throw new InputException("cannot read tensor " + bias.shown() + ": shape " + bias.shownShape()
                    + ", expected [" + classes + "] as its weight has " + classes + " rows (" + bias.place() + ")");
        }
        if (classes < 1) {
            throw new InputException("cannot use tensor " + weight.shown()
                    + ": a classifier needs a logit, it has none (" + weight.place() + ")");
        }
        return classes;
    }

    SortedMap<String, Tensor> tensors() {
        return tensors;
    }

    List<String> warnings() {
        return warnings;
    }

    private void checkShape(DiskTensor tensor, TensorFile.Entry entry) {
        int[] expected = shapeOnDisk(tensor);
        if (isProjection(tensor.parameters().get(0)) && entry.shape().length == expected.length) {
            expected[0] = entry.shape()[0];
        }
        if (!Arrays.equals(entry.shape(), expected)) {
            boolean cut = heads.form() == ExportForm.COMPACT
                    && tensor.parameters().stream().anyMatch(slices::touches);
            throw new InputException("cannot read tensor " + entry.shown() + ": shape " + entry.shownShape()
                    + ", expected " + shapeText(tensor) + (cut ? " as config.json declares pruned_heads" : "") + " ("
                    + entry.place() + ")");
        }
    }

    private String shapeText(DiskTensor tensor) {
        int[] shape = shapeOnDisk(tensor);
        if (!isProjection(tensor.parameters().get(0))) {
            return Arrays.toString(shape);
        }
        return shape.length == 1 ? "[classes]" : "[classes, " + shape[1] + "]";
    }

    /** The shape that the tensor has in the files. */
    int[] shapeOnDisk(DiskTensor tensor) {
        return StackedRows.shape(
                tensor.parameters().stream().map(this::shapeOnDisk).toList());
    }

    private int[] shapeOnDisk(ParameterSpec parameter) {
        return heads.form() == ExportForm.COMPACT ? slices.cutShape(parameter) : parameter.shape();
    }

    /** The last projection, which has a row for each class. */
    private static boolean isProjection(ParameterSpec parameter) {
        return parameter.part() == EncoderPart.CLASSIFIER;
    }

    static void requireFinite(TensorFile.Entry entry, Tensor tensor) {
        float[] values = tensor.values();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new InputException("cannot use tensor " + entry.shown() + ": entry " + i + " is " + values[i]
                        + "; the model is damaged or its training diverged (" + entry.place() + ")");
            }
        }
    }
}
