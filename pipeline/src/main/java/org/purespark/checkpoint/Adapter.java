// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * A LoRA adapter as peft saves it: low-rank changes of matrices, and tensors that take the place of the base model's.
 * All of it is in memory; it is as large as its file.
 *
 * @param address of the file with its tensors
 * @param config what {@code adapter_config.json} says
 * @param changes by the name of the adapted module, as the file has it
 * @param whole tensors with their names in the adapted model
 */
record Adapter(
        String address,
        AdapterConfig config,
        SortedMap<String, LowRank> changes,
        SortedMap<String, Whole> whole,
        List<TensorFile.Entry> entries) {
    static final String SAFETENSORS = "adapter_model.safetensors";
    static final String PICKLE = "adapter_model.bin";

    private static final String PREFIX = "base_model.model.";
    /** Marks of peft's own modules within a name; what they wrap has the name without them. */
    private static final List<String> WRAPPERS =
            List.of(".modules_to_save.default.", ".modules_to_save.", ".base_layer.");
    /** What a saved module was before training. */
    private static final String BEFORE = ".original_module.";

    private static final String MAGNITUDES = ".lora_magnitude_vector";

    /** A tensor of its own, with its place. */
    record Whole(TensorFile.Entry entry, Tensor tensor) {}

    /** Parts of a change by what their names end with. */
    private enum Part {
        COLUMNS(".lora_A.weight"),
        ROWS(".lora_B.weight"),
        TABLE_COLUMNS(".lora_embedding_A"),
        TABLE_ROWS(".lora_embedding_B"),
        MAGNITUDE(MAGNITUDES),
        MAGNITUDE_WEIGHT(MAGNITUDES + ".weight");

        private final String suffix;

        Part(String suffix) {
            this.suffix = suffix;
        }
    }

    /** @throws InputException if it is incomplete, contradicts itself, or is not computed */
    static Adapter read(Storage storage, String directory) throws IOException {
        String configAddress = Storage.child(directory, AdapterBase.CONFIG_FILE);
        ObjectNode raw = JsonFile.read(storage, configAddress, FileKind.MODEL_CONFIG);
        AdapterConfig config = AdapterConfig.parse(raw, configAddress);
        String address = file(storage, directory);
        try (TensorFile file = WeightFiles.open(storage, address)) {
            Reading reading = new Reading(address, config);
            List<TensorFile.Entry> entries = file.entries();
            entries.forEach(ElementStream::requireReadable);
            file.readEach(entry -> true, reading::accept);
            return reading.adapter(entries);
        }
    }

    /** What a tensor of an adapter's file is to the adapted model. */
    static CheckpointSurvey.Use use(TensorFile.Entry entry) {
        if (entry.name().contains(BEFORE)) {
            return CheckpointSurvey.Use.IGNORED;
        }
        return entry.name().contains(".lora_") ? CheckpointSurvey.Use.MERGED : CheckpointSurvey.Use.USED;
    }

    private static String file(Storage storage, String directory) throws IOException {
        for (String name : List.of(SAFETENSORS, PICKLE)) {
            if (storage.exists(Storage.child(directory, name))) {
                return Storage.child(directory, name);
            }
        }
        throw new InputException("cannot read adapter " + directory + ": it has no " + SAFETENSORS + " and no " + PICKLE
                + WeightFiles.ifMissingTarget(storage, Storage.child(directory, SAFETENSORS)));
    }

    /** Takes the tensors of the file. */
    private static final class Reading {
        private final String address;
        private final AdapterConfig config;
        private final Map<String, Map<Part, Whole>> parts = new TreeMap<>();
        private final SortedMap<String, Whole> whole = new TreeMap<>();

        Reading(String address, AdapterConfig config) {
            this.address = address;
            this.config = config;
        }

        void accept(TensorFile.Entry entry, Tensor tensor) {
            TensorCollector.requireFinite(entry, tensor);
            String name = entry.name();
            if (!name.startsWith(PREFIX)) {
                throw unplaced(entry, "its name does not begin with " + PREFIX);
            }
            String bare = name.substring(PREFIX.length());
            if (bare.contains(BEFORE)) {
                return;
            }
            for (String wrapper : WRAPPERS) {
                bare = bare.replace(wrapper, ".");
            }
            Whole found = new Whole(entry, tensor);
            for (Part part : Part.values()) {
                if (bare.endsWith(part.suffix)) {
                    String module = bare.substring(0, bare.length() - part.suffix.length());
                    Whole other = parts.computeIfAbsent(module, key -> new LinkedHashMap<>())
                            .put(part, found);
                    if (other != null) {
                        throw twice(other, found);
                    }
                    return;
                }
            }
            if (bare.contains(".lora_")) {
                throw unplaced(entry, "what it is to the adapter is not known");
            }
            Whole other = whole.put(bare, found);
            // peft saves the biases of a saved module twice, if it trains all biases.
            if (other != null && !Arrays.equals(other.tensor().values(), tensor.values())) {
                throw twice(other, found);
            }
        }

        Adapter adapter(List<TensorFile.Entry> entries) {
            SortedMap<String, LowRank> changes = new TreeMap<>();
            parts.forEach((module, of) -> changes.put(module, change(module, of)));
            return new Adapter(address, config, changes, whole, entries);
        }

        private LowRank change(String module, Map<Part, Whole> of) {
            boolean isTable = of.containsKey(Part.TABLE_COLUMNS) || of.containsKey(Part.TABLE_ROWS);
            Whole columns = matrix(module, of, isTable ? Part.TABLE_COLUMNS : Part.COLUMNS);
            Whole rows = matrix(module, of, isTable ? Part.TABLE_ROWS : Part.ROWS);
            int rank = config.rankOf(module);
            if (columns.tensor().shape()[0] != rank) {
                throw misshapen(columns, "[" + rank + ", …] as " + config.place() + " gives the rank");
            }
            if (rows.tensor().shape()[1] != rank) {
                throw misshapen(rows, "[…, " + rank + "] as " + config.place() + " gives the rank");
            }
            double scale = config.scaleOf(module);
            if (isTable) {
                return new LowRank(
                        LowRank.transposed(columns.tensor()), LowRank.transposed(rows.tensor()), scale, null);
            }
            return new LowRank(
                    rows.tensor(),
                    columns.tensor(),
                    scale,
                    magnitudes(module, of, rows.tensor().shape()[0]).orElse(null));
        }

        private Optional<Tensor> magnitudes(String module, Map<Part, Whole> of, int rows) {
            Whole found = of.getOrDefault(Part.MAGNITUDE, of.get(Part.MAGNITUDE_WEIGHT));
            boolean expected = config.decomposition() == AdapterConfig.Decomposition.MAGNITUDES;
            if (found == null && expected) {
                throw new InputException("cannot read tensor " + Shown.of(PREFIX + module + MAGNITUDES)
                        + ": it is missing; " + config.place() + " has use_dora (" + address + ")");
            }
            if (found == null) {
                return Optional.empty();
            }
            if (!expected) {
                throw unplaced(found.entry(), config.place() + " has no use_dora");
            }
            if (!Arrays.equals(found.tensor().shape(), new int[] {rows})) {
                throw misshapen(found, "[" + rows + "]");
            }
            return Optional.of(found.tensor());
        }

        private Whole matrix(String module, Map<Part, Whole> of, Part part) {
            Whole found = of.get(part);
            if (found == null) {
                throw new InputException("cannot read tensor " + Shown.of(PREFIX + module + part.suffix)
                        + ": it is missing beside the others of its module (" + address + ")");
            }
            if (found.tensor().shape().length != 2) {
                throw misshapen(found, "a matrix");
            }
            return found;
        }

        private static InputException unplaced(TensorFile.Entry entry, String why) {
            return new InputException(
                    "cannot use tensor " + entry.shown() + " of the adapter: " + why + " (" + entry.place() + ")");
        }

        private static InputException twice(Whole one, Whole other) {
            return new InputException("cannot read tensor " + other.entry().shown() + ": it is there twice, as "
                    + one.entry().shown() + " too (" + other.entry().place() + ")");
        }

        private static InputException misshapen(Whole tensor, String expected) {
            return new InputException("cannot read tensor " + tensor.entry().shown() + ": shape "
                    + tensor.entry().shownShape() + ", expected " + expected + " ("
                    + tensor.entry().place() + ")");
        }
    }
}
