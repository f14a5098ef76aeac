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
 * {@code pytorch_model.bin} (each sharded too), tokenizer files, and a {@code classifier.safetensors} beside them. A
 * missing tensor, or one with a wrong shape, is an error; an unexpected one is a warning. Both name the tensor.
 */
public final class CheckpointReader {
    /** A classifier beside the weights: tensors {@code weight} [C, D] and {@code bias} [C]. */
    public static final String CLASSIFIER_FILE = "classifier.safetensors";

    static final String CONFIG_FILE = "config.json";
    /** Of peft (LoRA and the like). */
    private static final String ADAPTER_FILE = "adapter_config.json";

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

    /**
     * Reads the model, with the classifier beside its weights if there is one.
     *
     * @throws InputException if the directory has no such model, or the model is not complete and consistent
     */
    public Checkpoint read(String directory) throws IOException {
        requireDirectory(directory);
        String beside = Storage.child(directory, CLASSIFIER_FILE);
        return readModel(directory, storage.exists(beside) ? beside : null);
    }

    /**
     * Reads the model with the classifier of that file.
     *
     * @param classifierFile safetensors with {@code weight} [C, D] and {@code bias} [C]
     * @throws InputException if the directory has no such model, or the file no such classifier
     */
    public Checkpoint read(String directory, String classifierFile) throws IOException {
        requireDirectory(directory);
        if (!storage.exists(classifierFile)) {
            throw new InputException("cannot read classifier " + classifierFile + ": no such file");
        }
        return readModel(directory, classifierFile);
    }

    /**
     * Reads only the sizes, not the weights.
     *
     * @throws InputException if the directory has no valid {@code config.json}
     */
    public EncoderConfig readShape(String directory) throws IOException {
        requireDirectory(directory);
        String configAddress = Storage.child(directory, CONFIG_FILE);
        return DeclaredModel.read(
                        JsonFile.read(storage, configAddress, FileKind.MODEL_CONFIG),
                        configAddress,
                        List.of(),
                        Optional.empty())
                .encoder();
    }

    void requireDirectory(String directory) throws IOException {
        if (!storage.isDirectory(directory)) {
            throw new InputException("cannot read model " + directory
                    + ": no such directory; expected one with config.json, weights and tokenizer files");
        }
        if (!storage.exists(Storage.child(directory, CONFIG_FILE))) {
            boolean adapter = storage.exists(Storage.child(directory, ADAPTER_FILE));
            throw new InputException("cannot read model " + directory + ": it has no " + CONFIG_FILE
                    + WeightFiles.ifMissingTarget(storage, Storage.child(directory, CONFIG_FILE))
                    + (adapter
                            ? ", but " + ADAPTER_FILE + ": it is an adapter, not a model; merge it into its base model"
                                    + " with peft (merge_and_unload) and save that"
                            : ""));
        }
    }

    private Checkpoint readModel(String directory, String classifierFile) throws IOException {
        String configAddress = Storage.child(directory, CONFIG_FILE);
        ObjectNode raw = JsonFile.read(storage, configAddress, FileKind.MODEL_CONFIG);
        WeightFiles files = WeightFiles.find(storage, directory);
        DeclaredModel declared =
                DeclaredModel.read(raw, configAddress, files.tensorNames(storage), Optional.ofNullable(classifierFile));
        DeclaredHeads heads = DeclaredHeads.parse(raw, declared.encoder(), configAddress);

        boolean declaresClassifier = declared.classifier() == DeclaredModel.Classifier.DECLARED;
        TensorCollector collector = new TensorCollector(declared, heads, declaresClassifier && classifierFile == null);
        readWeights(directory, files, collector);
        collector.requireConsistent();
        if (classifierFile != null) {
            readClassifier(classifierFile, collector);
        }
        List<String> warnings = new ArrayList<>(declared.notice().stream().toList());
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
                readTokenizerFiles(directory),
                raw,
                warnings);
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
