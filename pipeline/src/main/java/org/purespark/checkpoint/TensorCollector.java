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

/** Gathers a model's tensors from its files under their internal names, each checked, in full shape. */
final class TensorCollector {
    private final EncoderConfig config;
    private final DiskNames names;
    private final DeclaredHeads heads;
    private final HeadSlices slices;
    private final SortedMap<String, int[]> fullShapes;
    private final boolean classifierRequired;
    private final SortedMap<String, Tensor> tensors = new TreeMap<>();
    private final Map<String, TensorFile.Entry> entries = new TreeMap<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * @param classifierRequired whether the last projection must be among the weights
     */
    TensorCollector(EncoderConfig config, ClassifierKind kind, DeclaredHeads heads, boolean classifierRequired) {
        this.config = config;
        this.names = new DiskNames(config, kind);
        this.heads = heads;
        this.slices = new HeadSlices(config, heads.heads());
        this.fullShapes = new TreeMap<>(TensorLayout.encoder(config));
        this.fullShapes.putAll(TensorLayout.classifier(config, kind, 1));
        this.classifierRequired = classifierRequired;
    }

    /** Checks names and shapes before any data is read. */
    void announce(TensorFile file) {
        for (TensorFile.Entry entry : file.entries()) {
            Optional<String> canonical = names.canonical(entry.name());
            if (canonical.isPresent()) {
                TensorFile.Entry other = entries.put(canonical.get(), entry);
                if (other != null) {
                    throw new InputException("cannot read tensor " + entry.name() + ": it is there twice ("
                            + other.place() + "; " + entry.place() + ")");
                }
                ElementStream.requireReadable(entry);
                checkShape(canonical.get(), entry);
            } else if (!names.isIgnorable(entry.name())) {
                warnings.add("unexpected tensor " + entry.name() + " is left out (" + entry.place() + ")");
            }
        }
    }

    boolean isWanted(TensorFile.Entry entry) {
        return names.canonical(entry.name()).isPresent();
    }

    void accept(TensorFile.Entry entry, Tensor tensor) {
        String canonical = names.canonical(entry.name()).orElseThrow();
        requireFinite(entry, tensor);
        if (heads.form() == ExportForm.COMPACT) {
            tensors.put(canonical, slices.expanded(canonical, tensor, fullShapes.get(canonical)));
            return;
        }
        if (slices.touches(canonical) && !slices.isZeroed(canonical, tensor)) {
            throw new InputException("cannot read tensor " + entry.name() + ": heads that config.json lists under \""
                    + DeclaredHeads.ZEROED_KEY + "\" are not zero in it; remove the key if they are to take part ("
                    + entry.place() + ")");
        }
        tensors.put(canonical, tensor);
    }

    /**
     * Takes the last projection from a file of its own, in place of the weights' one.
     *
     * @param file tensors {@code weight} [C, D] and {@code bias} [C]
     */
    void acceptClassifier(SortedMap<String, Tensor> file, Map<String, TensorFile.Entry> entriesByName, String address) {
        for (String name : entriesByName.keySet()) {
            if (!name.equals("weight") && !name.equals("bias")) {
                warnings.add("unexpected tensor " + name + " is left out (" + address + ")");
            }
        }
        if (tensors.containsKey(TensorLayout.CLASSIFIER_WEIGHT)) {
            warnings.add("the classifier in " + address + " replaces that of the weights");
        }
        for (String parameter : List.of("weight", "bias")) {
            TensorFile.Entry entry = entriesByName.get(parameter);
            if (entry == null) {
                throw new InputException("cannot read " + address + ": tensor " + parameter
                        + " is missing; a classifier has weight [C, " + config.hidden() + "] and bias [C]");
            }
            String canonical = "classifier." + parameter;
            entries.put(canonical, entry);
            checkShape(canonical, entry);
            requireFinite(entry, file.get(parameter));
            tensors.put(canonical, file.get(parameter));
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
        diskNames.forEach(name -> names.canonical(name).ifPresent(present::add));
        boolean someProjection =
                present.contains(TensorLayout.CLASSIFIER_WEIGHT) || present.contains(TensorLayout.CLASSIFIER_BIAS);
        for (String canonical : fullShapes.keySet()) {
            boolean projection =
                    canonical.equals(TensorLayout.CLASSIFIER_WEIGHT) || canonical.equals(TensorLayout.CLASSIFIER_BIAS);
            boolean needed = !projection || classifierRequired || someProjection;
            if (needed && !present.contains(canonical)) {
                throw new InputException("cannot read tensor " + names.withHead(canonical)
                        + ": it is missing; expected " + shapeText(canonical) + " (" + place + ")");
            }
        }
    }

    /** Refuses shards that lack what their index lists. */
    void requireIndexed(Collection<String> indexed, String directory) {
        for (String name : indexed) {
            Optional<String> canonical = names.canonical(name);
            if (canonical.isPresent() && !tensors.containsKey(canonical.get())) {
                throw new InputException("cannot read tensor " + name + ": the index lists it, but no shard holds it ("
                        + directory + ")");
            }
        }
    }

    /** C, or 0 where there is no classifier; its weight and bias agree on it. */
    int classes() {
        Tensor weight = tensors.get(TensorLayout.CLASSIFIER_WEIGHT);
        if (weight == null) {
            return 0;
        }
        int classes = weight.shape()[0];
        TensorFile.Entry bias = entries.get(TensorLayout.CLASSIFIER_BIAS);
        if (tensors.get(TensorLayout.CLASSIFIER_BIAS).shape()[0] != classes) {
            throw new InputException("cannot read tensor " + bias.name() + ": shape " + Arrays.toString(bias.shape())
                    + ", expected [" + classes + "] as its weight has " + classes + " rows (" + bias.place() + ")");
        }
        if (classes < 2) {
            TensorFile.Entry entry = entries.get(TensorLayout.CLASSIFIER_WEIGHT);
            throw new InputException("cannot use tensor " + entry.name()
                    + ": a classifier needs at least 2 classes, it has " + classes + " (" + entry.place() + ")");
        }
        return classes;
    }

    SortedMap<String, Tensor> tensors() {
        return tensors;
    }

    List<String> warnings() {
        return warnings;
    }

    private void checkShape(String canonical, TensorFile.Entry entry) {
        int[] full = fullShapes.get(canonical).clone();
        boolean anyClasses =
                canonical.equals(TensorLayout.CLASSIFIER_WEIGHT) || canonical.equals(TensorLayout.CLASSIFIER_BIAS);
        if (anyClasses && entry.shape().length == full.length) {
            full[0] = entry.shape()[0];
        }
        boolean cut = heads.form() == ExportForm.COMPACT && slices.touches(canonical);
        int[] expected = cut ? slices.cutShape(canonical, full) : full;
        if (!Arrays.equals(entry.shape(), expected)) {
            throw new InputException("cannot read tensor " + entry.name() + ": shape " + Arrays.toString(entry.shape())
                    + ", expected " + shapeText(canonical) + (cut ? " as config.json declares pruned_heads" : "") + " ("
                    + entry.place() + ")");
        }
    }

    private String shapeText(String canonical) {
        int[] full = fullShapes.get(canonical);
        if (canonical.equals(TensorLayout.CLASSIFIER_WEIGHT)) {
            return "[classes, " + full[1] + "]";
        }
        if (canonical.equals(TensorLayout.CLASSIFIER_BIAS)) {
            return "[classes]";
        }
        boolean cut = heads.form() == ExportForm.COMPACT;
        return Arrays.toString(cut ? slices.cutShape(canonical, full) : full);
    }

    private static void requireFinite(TensorFile.Entry entry, Tensor tensor) {
        float[] values = tensor.values();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new InputException("cannot use tensor " + entry.name() + ": entry " + i + " is " + values[i]
                        + "; the model is damaged or its training diverged (" + entry.place() + ")");
            }
        }
    }
}
