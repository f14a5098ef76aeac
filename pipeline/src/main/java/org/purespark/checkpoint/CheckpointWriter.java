// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.family.DerivedTensor;
import org.purespark.family.DiskTensor;
import org.purespark.family.ExportForm;
import org.purespark.family.Family;
import org.purespark.family.TensorNames;
import org.purespark.heads.Head;
import org.purespark.storage.Storage;

/**
 * Writes Hugging Face model directories that stock transformers opens without custom code: a linear classifier as
 * {@code …ForTokenClassification}, whose logits at token 0 are exactly this classifier; a sequence classifier as
 * {@code …ForSequenceClassification}; a model without classifier as {@code …Model}. Weights are float32. The same
 * checkpoint always gives the same bytes. A model whose layers share weights is written with a copy for each layer if
 * heads are pruned: {@link LayersApart}.
 */
public final class CheckpointWriter {
    private static final String MODEL_CARD_FILE = "README.md";

    /** Files that a reader of the directory would read instead of, or besides, the written ones. */
    private static final List<String> FOREIGN = List.of(
            WeightFiles.SAFETENSORS_INDEX,
            WeightFiles.PICKLE,
            WeightFiles.PICKLE_INDEX,
            CheckpointReader.CLASSIFIER_FILE);

    private final Storage storage;

    public CheckpointWriter(Storage storage) {
        this.storage = storage;
    }

    /**
     * Writes the directory, {@code config.json} last: without it the directory is not complete. An earlier export there
     * is replaced.
     *
     * @throws InputException if the directory has other weights, or the form cannot express the pruned heads
     */
    public void write(Checkpoint checkpoint, String directory, ExportForm form, ModelCard card) throws IOException {
        if (checkpoint.classifierKind().hasDense() && !checkpoint.hasClassifier()) {
            throw new IllegalArgumentException("a sequence classifier without its last projection cannot be written");
        }
        requireExpressible(checkpoint, form);
        requireNoForeignWeights(directory);

        Checkpoint onDisk = LayersApart.isNeeded(checkpoint) ? LayersApart.of(checkpoint) : checkpoint;
        storage.delete(Storage.child(directory, CheckpointReader.CONFIG_FILE));
        writeWeights(onDisk, Storage.child(directory, WeightFiles.SAFETENSORS), form);
        for (String name : CheckpointReader.TOKENIZER_FILES) {
            String address = Storage.child(directory, name);
            byte[] content = checkpoint.tokenizerFiles().get(name);
            if (content == null) {
                storage.delete(address);
            } else {
                storage.replace(address, content);
            }
        }
        storage.replace(Storage.child(directory, MODEL_CARD_FILE), new ModelCardText(checkpoint, form, card).render());
        storage.replace(
                Storage.child(directory, CheckpointReader.CONFIG_FILE),
                JsonFile.render(ExportedConfig.of(onDisk, form)));
    }

    /** Names of the files that are written or removed in the directory. */
    static List<String> fileNames() {
        List<String> names = new ArrayList<>(CheckpointReader.TOKENIZER_FILES);
        names.addAll(List.of(CheckpointReader.CONFIG_FILE, WeightFiles.SAFETENSORS, MODEL_CARD_FILE));
        return names;
    }

    private void writeWeights(Checkpoint checkpoint, String address, ExportForm form) throws IOException {
        ParameterList parameters = ParameterList.of(
                checkpoint.encoder(),
                checkpoint.classifierKind(),
                checkpoint.labels().size());
        HeadSlices slices = new HeadSlices(checkpoint.encoder(), checkpoint.prunedHeads());
        SortedMap<String, int[]> shapes = new TreeMap<>();
        Map<String, Supplier<Tensor>> tensors = new HashMap<>();
        for (DiskTensor tensor :
                new TensorNames(checkpoint.family(), parameters, checkpoint.classifierKind()).tensors()) {
            String name = checkpoint.hasClassifier() ? tensor.name() : tensor.bareName();
            tensors.put(
                    name,
                    () -> StackedRows.join(tensor.parameters().stream()
                            .map(parameter -> onDisk(parameter, checkpoint, slices, form))
                            .toList()));
            shapes.put(
                    name,
                    StackedRows.shape(tensor.parameters().stream()
                            .map(parameter ->
                                    form == ExportForm.COMPACT ? slices.cutShape(parameter) : parameter.shape())
                            .toList()));
        }
        for (DerivedTensor tensor : DerivedTensors.of(
                        checkpoint.family(), checkpoint.classifierKind(), checkpoint.hasClassifier())
                .all()) {
            DerivedTensors.made(tensor, checkpoint.tensors());
            tensors.put(tensor.name(), () -> DerivedTensors.made(tensor, checkpoint.tensors()));
            shapes.put(
                    tensor.name(),
                    DerivedTensors.shape(tensor, checkpoint.encoder().hidden()));
        }
        checkpoint.family().unread(checkpoint.encoder()).forEach((bareName, shape) -> {
            String name = checkpoint.hasClassifier() ? checkpoint.family().prefix() + bareName : bareName;
            tensors.put(name, () -> Tensor.zeros(shape));
            shapes.put(name, shape);
        });
        storage.write(
                address,
                out -> SafeTensorsWriter.write(out, shapes, SafeTensorsWriter.PYTORCH, name -> tensors.get(name)
                        .get()));
    }

    private static Tensor onDisk(ParameterSpec parameter, Checkpoint checkpoint, HeadSlices slices, ExportForm form) {
        Tensor full = checkpoint.tensors().get(parameter.name());
        return form == ExportForm.COMPACT ? slices.cut(parameter, full) : slices.zeroed(parameter, full);
    }

    /**
     * Checks that such a model can be written with pruned heads, whichever they are.
     *
     * @throws InputException if the family does not have the form, or the model is too large for it
     */
    public static void requireForm(Family family, EncoderConfig encoder, ClassifierKind kind, ExportForm form) {
        if (!family.exportForms().contains(form)) {
            throw new InputException("cannot write the " + word(form) + " form: models of type " + family.modelType()
                    + " with pruned heads have "
                    + family.exportForms().stream()
                            .map(other -> "export.form=" + word(other))
                            .collect(Collectors.joining(", ")));
        }
        LayersApart.requireReadable(encoder, kind);
    }

    private static void requireExpressible(Checkpoint checkpoint, ExportForm form) {
        if (!checkpoint.prunedHeads().isEmpty()) {
            requireForm(checkpoint.family(), checkpoint.encoder(), checkpoint.classifierKind(), form);
        }
        Map<Integer, Integer> prunedByLayer = new HashMap<>();
        for (Head head : checkpoint.prunedHeads()) {
            prunedByLayer.merge(head.layer(), 1, Integer::sum);
        }
        prunedByLayer.forEach((layer, pruned) -> {
            if (form == ExportForm.COMPACT && pruned == checkpoint.encoder().heads()) {
                throw new InputException("cannot write the compact form: all " + pruned + " heads of layer " + layer
                        + " are pruned, which transformers cannot open; use export.form=dense");
            }
        });
    }

    private static String word(ExportForm form) {
        return form.name().toLowerCase(Locale.ROOT);
    }

    private void requireNoForeignWeights(String directory) throws IOException {
        for (String name : FOREIGN) {
            if (storage.exists(Storage.child(directory, name))) {
                throw new InputException("cannot write a model to " + directory + ": it holds " + name
                        + ", which would be taken for a part of it; choose another directory");
            }
        }
    }
}
