// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.encoder.EncoderConfig;
import org.purespark.family.DeclaredModel;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * Reads Hugging Face model directories: {@code config.json}, weights as {@code model.safetensors} or
 * {@code pytorch_model.bin} (each sharded too), tokenizer files, and a {@code classifier.safetensors} beside them; and
 * PEFT's LoRA adapters ({@code adapter_config.json}), each merged into the model in its base model's directory. A
 * missing tensor, or one with a wrong shape, is an error; an unexpected one is a warning. Both name the tensor.
 */
public final class CheckpointReader {
    /** A classifier beside the weights: tensors {@code weight} [C, D] and {@code bias} [C]. */
    public static final String CLASSIFIER_FILE = "classifier.safetensors";

    public static final String CONFIG_FILE = "config.json";
    /** The last two are SentencePiece's own, for transformers: they are copied, and not read here. */
    static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.txt",
            "vocab.json",
            "merges.txt",
            "sentencepiece.bpe.model",
            "spiece.model");

    private final Storage storage;

    public CheckpointReader(Storage storage) {
        this.storage = storage;
    }

    /** Whether a whole model is in a directory: its configuration is written last. */
    public boolean isComplete(String directory) throws IOException {
        return storage.exists(Storage.child(directory, CONFIG_FILE));
    }

    /**
     * Reads the model, with the classifier beside its weights if there is one.
     *
     * @throws InputException if the directory has no such model, or the model is not complete and consistent
     */
    public Checkpoint read(String directory) throws IOException {
        return read(ModelAddress.of(directory));
    }

    /**
     * Reads the model with the classifier of that file.
     *
     * @param classifierFile safetensors with {@code weight} [C, D] and {@code bias} [C]
     * @throws InputException if the directory has no such model, or the file no such classifier
     */
    public Checkpoint read(String directory, String classifierFile) throws IOException {
        return read(new ModelAddress(directory, classifierFile, null));
    }

    /**
     * Reads a model, or an adapter merged into its base model. The classifier is that of the address's file, else that
     * beside the weights if there is one, else the weights' own.
     *
     * @throws InputException if there is no such model, it is not complete and consistent, or the file has no
     *     classifier
     */
    public Checkpoint read(ModelAddress model) throws IOException {
        ModelFiles files = ModelFiles.of(storage, model);
        if (model.classifierFile() == null) {
            String beside = Storage.child(model.directory(), CLASSIFIER_FILE);
            return readModel(files, storage.exists(beside) ? beside : null);
        }
        if (!storage.exists(model.classifierFile())) {
            throw new InputException("cannot read classifier " + model.classifierFile() + ": no such file");
        }
        return readModel(files, model.classifierFile());
    }

    /**
     * Reads only the sizes, not the weights.
     *
     * @throws InputException if there is no valid {@code config.json}
     */
    public EncoderConfig readShape(ModelAddress model) throws IOException {
        Optional<String> base = AdapterBase.of(storage, model);
        String directory = base.orElse(model.directory());
        ModelFiles.requireDirectory(storage, directory);
        String configAddress = Storage.child(directory, CONFIG_FILE);
        return DeclaredModel.read(
                        JsonFile.read(storage, configAddress, FileKind.MODEL_CONFIG),
                        configAddress,
                        List.of(),
                        Optional.empty())
                .encoder();
    }

    /** Reads only the sizes of a model with a directory of its own, not the weights. */
    public EncoderConfig readShape(String directory) throws IOException {
        return readShape(ModelAddress.of(directory));
    }

    /**
     * The directory with the model's tokenizer: its own, or for an adapter without one the base model's.
     *
     * @throws InputException if there is an adapter whose base model is not known
     */
    public String tokenizerDirectory(ModelAddress model) throws IOException {
        Optional<String> base = AdapterBase.of(storage, model);
        return base.isPresent() ? ModelFiles.tokenizer(storage, model, base.get()) : model.directory();
    }

    private Checkpoint readModel(ModelFiles files, String classifierFile) throws IOException {
        String configAddress = files.configAddress();
        ObjectNode raw = files.config();
        DeclaredModel declared =
                DeclaredModel.read(raw, configAddress, files.tensorNames(storage), Optional.ofNullable(classifierFile));
        DeclaredHeads heads = DeclaredHeads.parse(raw, declared.encoder(), configAddress);

        boolean declaresClassifier = declared.classifier() == DeclaredModel.Classifier.DECLARED;
        TensorCollector collector = new TensorCollector(declared, heads, declaresClassifier && classifierFile == null);
        List<String> warnings = new ArrayList<>(declared.notices());
        if (files.adapter().isPresent()) {
            warnings.addAll(readAdapted(files, files.adapter().get(), collector));
        } else {
            readWeights(files.directory(), files.weights(storage), collector);
        }
        collector.requireConsistent();
        if (classifierFile != null) {
            readClassifier(classifierFile, collector);
        }
        warnings.addAll(collector.warnings());
        int classes = collector.classes();
        List<String> labels = classes == 0 ? List.of() : DeclaredLabels.forClasses(raw, classes, configAddress);
        return new Checkpoint(
                declared.family(),
                declared.encoder(),
                declared.classifierKind(),
                collector.tensors(),
                labels,
                declared.task(classes, configAddress),
                heads.heads(),
                readTokenizerFiles(files.tokenizerDirectory()),
                raw,
                warnings);
    }

    /** @return what is left out of the adapter */
    private List<String> readAdapted(ModelFiles files, Adapter adapter, TensorCollector collector) throws IOException {
        WeightFiles base = files.weights(storage);
        List<String> names = base.tensorNames(storage);
        AdapterPlaces places = AdapterPlaces.of(adapter, collector.names(), collector::shapeOnDisk, names);
        collector.requireComplete(files.tensorNames(storage), files.directory() + " with " + adapter.address());
        for (String address : base.addresses()) {
            try (TensorFile file = new AdaptedFile(WeightFiles.open(storage, address), places)) {
                collector.announce(file);
                file.readEach(collector::isWanted, collector::accept);
            }
        }
        collector.requireIndexed(
                base.indexed().stream().filter(name -> !places.isReplaced(name)).toList(), files.directory());
        try (TensorFile own = places.ownTensors()) {
            collector.announce(own);
            own.readEach(collector::isWanted, collector::accept);
        }
        return places.warnings();
    }

    private void readWeights(String directory, WeightFiles files, TensorCollector collector) throws IOException {
        boolean sharded = !files.indexed().isEmpty();
        if (sharded) {
            collector.requireComplete(files.indexed(), directory);
        }
        for (String address : files.addresses()) {
            try (TensorFile file = WeightFiles.open(storage, address)) {
                collector.announce(file);
                if (!sharded) {
                    collector.requireComplete(
                            file.entries().stream().map(TensorFile.Entry::name).toList(), address);
                }
                file.readEach(collector::isWanted, collector::accept);
            }
        }
        collector.requireIndexed(files.indexed(), directory);
    }

    void readClassifier(String address, TensorCollector collector) throws IOException {
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        SortedMap<String, TensorFile.Entry> entries = new TreeMap<>();
        try (SafeTensorsReader file = SafeTensorsReader.open(storage, address)) {
            file.entries().forEach(entry -> entries.put(entry.name(), entry));
            file.readEach(
                    entry -> entry.name().equals("weight") || entry.name().equals("bias"),
                    (entry, tensor) -> tensors.put(entry.name(), tensor));
        }
        collector.acceptClassifier(tensors, entries, address);
    }

    private Map<String, byte[]> readTokenizerFiles(String directory) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        List<String> present = storage.fileNames(directory);
        for (String name : TOKENIZER_FILES) {
            if (present.contains(name)) {
                files.put(name, storage.read(Storage.child(directory, name), FileKind.TOKENIZER));
            }
        }
        return files;
    }
}
