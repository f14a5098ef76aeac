// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;

/**
 * Looks at a model's directory as {@link CheckpointReader} does, with the same checks in the same words, but goes on
 * after a refusal and keeps no weights: memory does not depend on the model's size.
 */
public final class CheckpointSurveyor {
    private final Storage storage;
    private final String directory;
    private final List<String> weightFiles = new ArrayList<>();
    private final List<SurveyedTensor> tensors = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private DeclaredModel declared;
    private DeclaredHeads heads;
    private ObjectNode config;
    private TensorCollector collector;
    private TaskKind task = TaskKind.ONE_LABEL;

    private CheckpointSurveyor(Storage storage, String directory) {
        this.storage = storage;
        this.directory = directory;
    }

    /** @throws InputException if there is no such directory */
    public static CheckpointSurvey survey(Storage storage, String directory) throws IOException {
        CheckpointSurveyor surveyor = new CheckpointSurveyor(storage, directory);
        return surveyor.survey();
    }

    private CheckpointSurvey survey() throws IOException {
        CheckpointReader reader = new CheckpointReader(storage);
        String configAddress = Storage.child(directory, CheckpointReader.CONFIG_FILE);
        String beside = Storage.child(directory, CheckpointReader.CLASSIFIER_FILE);
        boolean classifierBeside = storage.exists(beside);
        attempt(() -> {
            reader.requireDirectory(directory);
            config = JsonFile.read(storage, configAddress, FileKind.MODEL_CONFIG);
            declared = DeclaredModel.read(
                    config, configAddress, tensorNames(), classifierBeside ? Optional.of(beside) : Optional.empty());
            declared.notice().ifPresent(warnings::add);
            heads = DeclaredHeads.parse(config, declared.encoder(), configAddress);
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
                task = declared.task(classes, configAddress);
                if (classes > 0) {
                    labels.addAll(DeclaredLabels.forClasses(config, classes, configAddress));
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
                refusals,
                warnings);
    }

    /** Empty if the weights cannot be read: that is refused later. */
    private List<String> tensorNames() throws IOException {
        try {
            return WeightFiles.find(storage, directory).tensorNames(storage);
        } catch (InputException e) {
            return List.of();
        }
    }

    private void weights() throws IOException {
        WeightFiles files = WeightFiles.find(storage, directory);
        List<String> present = new ArrayList<>();
        for (String address : files.addresses()) {
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
            String place = files.addresses().size() == 1 ? files.addresses().get(0) : directory;
            collector.requireComplete(present, place);
            collector.requireIndexed(files.indexed(), directory);
        }
    }

    private void values(TensorFile file, String fileName) throws IOException {
        Map<String, TensorValues> values = new HashMap<>();
        file.checkEach((entry, found) -> values.put(entry.name(), found));
        for (TensorFile.Entry entry : file.entries()) {
            Use use = use(entry);
            Optional<TensorValues> found = Optional.ofNullable(values.get(entry.name()));
            List<Integer> shape = Arrays.stream(entry.shape()).boxed().toList();
            tensors.add(new SurveyedTensor(fileName, entry.name(), entry.type(), shape, use, found));
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
