// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.family.DiskTensor;
import org.purespark.family.TensorNames;

/** Where each tensor of an adapter belongs in its base model. */
final class AdapterPlaces {
    private static final String WEIGHT = ".weight";

    private final Adapter adapter;
    private final TensorNames names;
    /** By the name of the tensor without the family's prefix. */
    private final Map<String, LowRank> changes = new TreeMap<>();

    /** By the same name: those that are the adapter's own. */
    private final Set<String> whole = new TreeSet<>();

    private final List<String> warnings = new ArrayList<>();

    private AdapterPlaces(Adapter adapter, TensorNames names) {
        this.adapter = adapter;
        this.names = names;
    }

    /**
     * Finds the place of each tensor.
     *
     * @param names of the adapted model's tensors
     * @param shapes on disk of the adapted model's tensors
     * @param base names of the tensors in the base model's files
     * @throws InputException if a tensor has no place or another shape, or a module that the configuration names has
     *     none
     */
    static AdapterPlaces of(
            Adapter adapter, TensorNames names, Function<DiskTensor, int[]> shapes, Collection<String> base) {
        AdapterPlaces places = new AdapterPlaces(adapter, names);
        adapter.changes().forEach((module, change) -> places.put(module, change, shapes));
        adapter.whole().forEach(places::put);
        places.requireTargets(base);
        return places;
    }

    private void put(String module, LowRank change, Function<DiskTensor, int[]> shapes) {
        Optional<DiskTensor> tensor = names.find(module + WEIGHT);
        if (tensor.isEmpty()) {
            leaveOut(
                    module + WEIGHT,
                    "cannot use adapter " + adapter.address() + ": it adapts " + Shown.of(module)
                            + ", which the base model does not have");
            return;
        }
        int[] shape = shapes.apply(tensor.get());
        if (!Arrays.equals(shape, change.shape())) {
            throw new InputException("cannot use adapter " + adapter.address() + ": its matrices for "
                    + Shown.of(module) + " make " + Arrays.toString(change.shape()) + ", the base model has "
                    + Arrays.toString(shape));
        }
        if (changes.put(tensor.get().bareName(), change) != null) {
            throw new InputException(
                    "cannot use adapter " + adapter.address() + ": it adapts " + Shown.of(module) + " twice");
        }
    }

    private void put(String name, Adapter.Whole tensor) {
        Optional<DiskTensor> place = names.find(name);
        if (place.isEmpty()) {
            leaveOut(
                    name,
                    "cannot use adapter " + adapter.address() + ": its tensor "
                            + tensor.entry().shown() + " has no place in the base model");
            return;
        }
        if (changes.containsKey(place.get().bareName())) {
            throw new InputException("cannot use adapter " + adapter.address() + ": it has "
                    + tensor.entry().shown() + " as a whole, and adapts it too");
        }
        whole.add(place.get().bareName());
    }

    /** Of a part that is not computed, such as a pooler beneath no classifier; anything else is refused. */
    private void leaveOut(String name, String refusal) {
        if (!names.isIgnorable(name)) {
            throw new InputException(refusal);
        }
        warnings.add("the adapter's tensors for " + Shown.of(name) + " are left out: that part of the model is not"
                + " computed (" + adapter.address() + ")");
    }

    /** Refuses an adapter that lacks a module of its {@code target_modules}. */
    private void requireTargets(Collection<String> base) {
        TreeSet<String> modules = new TreeSet<>();
        for (DiskTensor tensor : names.tensors()) {
            boolean isMatrix = tensor.parameters().get(0).shape().length == 2;
            if (isMatrix && tensor.name().endsWith(WEIGHT)) {
                modules.add(tensor.name().substring(0, tensor.name().length() - WEIGHT.length()));
            }
        }
        for (String module : modules) {
            DiskTensor tensor = names.find(module + WEIGHT).orElseThrow();
            boolean adapted = changes.containsKey(tensor.bareName());
            boolean named = adapter.config().isTarget(module)
                    && base.stream().anyMatch(name -> names.find(name).equals(Optional.of(tensor)));
            if (named && !adapted && !whole.contains(tensor.bareName())) {
                throw new InputException("cannot use adapter " + adapter.address() + ": "
                        + adapter.config().place() + " adapts " + module + ", but there is no base_model.model."
                        + module + ".lora_A.weight");
            }
        }
    }

    /** Whether the adapter has a tensor in its place. */
    boolean isReplaced(TensorFile.Entry entry) {
        return isReplaced(entry.name());
    }

    boolean isReplaced(String name) {
        return names.find(name).map(tensor -> whole.contains(tensor.bareName())).orElse(false);
    }

    /** The tensor with what is added to it. */
    Tensor changed(TensorFile.Entry entry, Tensor tensor) {
        Optional<LowRank> change = names.find(entry.name()).map(place -> changes.get(place.bareName()));
        return change.isPresent() ? change.get().addTo(tensor, adapter.address() + " for " + entry.shown()) : tensor;
    }

    /** What is left out, one sentence each. */
    List<String> warnings() {
        return warnings;
    }

    /** The adapter's own tensors, as a file with the names that they have in the adapted model. */
    TensorFile ownTensors() {
        List<TensorFile.Entry> entries = new ArrayList<>();
        Map<String, Tensor> tensors = new TreeMap<>();
        adapter.whole().forEach((name, one) -> {
            if (names.find(name).isPresent()) {
                entries.add(new TensorFile.Entry(
                        name,
                        one.entry().type(),
                        one.entry().shape(),
                        one.entry().place()));
                tensors.put(name, one.tensor());
            }
        });
        return new OwnTensors(entries, tensors);
    }

    /** Tensors in memory. */
    private record OwnTensors(List<Entry> entries, Map<String, Tensor> tensors) implements TensorFile {
        @Override
        public void readEach(Predicate<Entry> wanted, BiConsumer<Entry, Tensor> sink) {
            entries.stream().filter(wanted).forEach(entry -> sink.accept(entry, tensors.get(entry.name())));
        }

        @Override
        public void checkEach(BiConsumer<Entry, TensorValues> sink) {
            // Reading has refused what is not finite; there is nothing to say of values in memory.
        }

        @Override
        public void close() {}
    }
}
