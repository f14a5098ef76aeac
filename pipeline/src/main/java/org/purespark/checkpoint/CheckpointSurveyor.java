// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.checkpoint.CheckpointSurvey.SurveyedTensor;
import org.purespark.checkpoint.CheckpointSurvey.Use;
import org.purespark.family.DeclaredModel;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;

/**
 * Looks at a model's directory as {@link CheckpointReader} does, with the same checks in the same words, but goes on
 * after a refusal and keeps no weights: memory does not depend on the model's size.
 */
public final class CheckpointSurveyor {
    private final Storage storage;
    private final ModelAddress model;
    private final List<String> weightFiles = new ArrayList<>();
    private final List<SurveyedTensor> tensors = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private DeclaredModel declared;
    private DeclaredHeads heads;
    private ModelFiles files;
    private TensorCollector collector;
    private TaskKind task = TaskKind.ONE_LABEL;

    private CheckpointSurveyor(Storage storage, ModelAddress model) {
        this.storage = storage;
        this.model = model;
    }

    /** @throws InputException if there is no such directory */
    public static CheckpointSurvey survey(Storage storage, ModelAddress model) throws IOException {
        return new CheckpointSurveyor(storage, model).survey();
    }

    private CheckpointSurvey survey() throws IOException {
        CheckpointReader reader = new CheckpointReader(storage);
        String beside = Storage.child(model.directory(), CheckpointReader.CLASSIFIER_FILE);
        boolean classifierBeside = storage.exists(beside);
        attempt(() -> {
            files = ModelFiles.of(storage, model);
            declared = DeclaredModel.read(
                    files.config(),
                    files.configAddress(),
                    tensorNames(),
                    classifierBeside ? Optional.of(beside) : Optional.empty());
            warnings.addAll(declared.notices());
            heads = DeclaredHeads.parse(files.config(), declared.encoder(), files.configAddress());
            boolean required = declared.classifier() == DeclaredModel.Classifier.DECLARED && !classifierBeside;
            collector = new TensorCollector(declared, heads, required);
        });
        attempt(this::weights);
        List<String> labels = new ArrayList<>();
        if (collector != null && refusals.isEmpty()) {
            attempt(() -> {
                if (classifierBeside) {
                    reader.readClassifier(beside, collector);
                }
                int classes = collector.classes();
                task = declared.task(classes, files.configAddress());
                if (classes > 0) {
                    labels.addAll(DeclaredLabels.forClasses(files.config(), classes, files.configAddress()));
                }
            });
            warnings.addAll(collector.warnings());
        }
        return new CheckpointSurvey(
                Optional.ofNullable(declared),
                weightFiles,
                tensors,
                labels,
                task,
                heads == null ? 0 : heads.heads().size(),
                Optional.ofNullable(files).flatMap(ModelFiles::adapter).map(this::facts),
                refusals,
                warnings);
    }

    private CheckpointSurvey.AdapterFacts facts(Adapter adapter) {
        return new CheckpointSurvey.AdapterFacts(
                files.directory(),
                adapter.config().rank(),
                adapter.config().alpha(),
                adapter.changes().size(),
                adapter.whole().size());
    }

    /** Empty if the weights cannot be read: that is refused later. */
    private List<String> tensorNames() throws IOException {
        try {
            return files.tensorNames(storage);
        } catch (InputException e) {
            return List.of();
        }
    }

    /** A directory whose configuration is refused is looked at all the same. */
    private void weights() throws IOException {
        boolean isAdapted = files != null && files.adapter().isPresent();
        if (files == null && AdapterBase.isAdapter(storage, model.directory())) {
            return;
        }
        if (isAdapted) {
            adapted(files.adapter().get());
            return;
        }
        WeightFiles weights = WeightFiles.find(storage, model.directory());
        List<String> present = new ArrayList<>();
        for (String address : weights.addresses()) {
            weightFiles.add(name(address));
            try (TensorFile file = WeightFiles.open(storage, address)) {
                file.entries().forEach(entry -> present.add(entry.name()));
                if (collector != null) {
                    attempt(() -> collector.announce(file));
                }
                values(file, name(address));
            }
        }
        if (collector != null) {
            String place = weights.addresses().size() == 1 ? weights.addresses().get(0) : model.directory();
            collector.requireComplete(present, place);
            collector.requireIndexed(weights.indexed(), model.directory());
        }
    }

    /** The base model's tensors, then all of the adapter. */
    private void adapted(Adapter adapter) throws IOException {
        if (collector == null) {
            return;
        }
        WeightFiles base = files.weights(storage);
        AdapterPlaces places =
                AdapterPlaces.of(adapter, collector.names(), collector::shapeOnDisk, base.tensorNames(storage));
        warnings.addAll(places.warnings());
        collector.requireComplete(files.tensorNames(storage), files.directory() + " with " + adapter.address());
        for (String address : base.addresses()) {
            String name = name(files.directory()) + "/" + name(address);
            weightFiles.add(name);
            try (TensorFile file = new AdaptedFile(WeightFiles.open(storage, address), places)) {
                attempt(() -> collector.announce(file));
                values(file, name);
            }
        }
        weightFiles.add(name(adapter.address()));
        try (TensorFile own = places.ownTensors()) {
            attempt(() -> collector.announce(own));
        }
        try (TensorFile file = WeightFiles.open(storage, adapter.address())) {
            Map<String, TensorValues> values = new HashMap<>();
            file.checkEach((entry, found) -> values.put(entry.name(), found));
            for (TensorFile.Entry entry : file.entries()) {
                tensors.add(surveyed(entry, name(adapter.address()), Adapter.use(entry), values));
            }
        }
    }

    private static SurveyedTensor surveyed(
            TensorFile.Entry entry, String fileName, Use use, Map<String, TensorValues> values) {
        List<Integer> shape = Arrays.stream(entry.shape()).boxed().toList();
        return new SurveyedTensor(
                fileName, entry.name(), entry.type(), shape, use, Optional.ofNullable(values.get(entry.name())));
    }

    private void values(TensorFile file, String fileName) throws IOException {
        Map<String, TensorValues> values = new HashMap<>();
        file.checkEach((entry, found) -> values.put(entry.name(), found));
        for (TensorFile.Entry entry : file.entries()) {
            Use use = use(entry);
            Optional<TensorValues> found = Optional.ofNullable(values.get(entry.name()));
            tensors.add(surveyed(entry, fileName, use, values));
            if (use == Use.USED
                    && found.isPresent()
                    && found.get().nan() + found.get().infinite() > 0) {
                refusals.add("cannot use tensor " + entry.shown() + ": "
                        + found.get().nan() + " of its values are NaN and "
                        + found.get().infinite() + " infinite; the model is damaged or its training diverged ("
                        + entry.place() + ")");
            }
        }
    }

    private Use use(TensorFile.Entry entry) {
        if (collector == null || collector.isWanted(entry)) {
            return Use.USED;
        }
        return collector.isIgnorable(entry) ? Use.IGNORED : Use.UNEXPECTED;
    }

    private interface Step {
        void take() throws IOException;
    }

    /** Takes a step; what it refuses is noted. */
    private void attempt(Step step) throws IOException {
        try {
            step.take();
        } catch (InputException e) {
            refusals.add(e.getMessage());
        }
    }

    private static String name(String address) {
        return address.substring(address.lastIndexOf('/') + 1);
    }
}
