// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.purespark.run.FileFingerprint;
import org.purespark.run.InputFingerprint;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.artifact.RepairFile;

/**
 * A machine-learning bill of materials of a purified model, in CycloneDX 1.6: the model with its files and a model card
 * that has the figures, the suspect as its ancestor, and the files of texts that it was made and measured with. The
 * same run gives the same bytes.
 */
final class ModelBom {
    private static final String MODEL = "machine-learning-model";
    private static final String SUSPECT = "suspect";
    private static final String TEXTS = "texts:";
    private static final String NAME = "name";

    private final PurifiedModel model;

    ModelBom(PurifiedModel model) {
        this.model = model;
    }

    /** JSON, indented. */
    String render() {
        ObjectNode bom = JsonNodeFactory.instance.objectNode();
        bom.put("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json")
                .put("bomFormat", "CycloneDX")
                .put("specVersion", "1.6")
                .put("version", 1);
        ObjectNode metadata = bom.putObject("metadata");
        model.run()
                .map(run -> run.stages().get(StageName.EVALUATE))
                .ifPresent(measured -> metadata.put("timestamp", measured.finishedAt()));
        metadata.putObject("tools")
                .putArray("components")
                .addObject()
                .put("type", "application")
                .put("group", "org.purespark")
                .put(NAME, "pure")
                .put("version", model.version());
        purified(metadata.putObject("component"));
        ArrayNode components = bom.putArray("components");
        texts().forEach((name, files) -> data(name, files, components.addObject()));
        // named by its content, so that the same run gives the same bytes
        bom.put(
                "serialNumber",
                "urn:uuid:" + UUID.nameUUIDFromBytes(bom.toString().getBytes(StandardCharsets.UTF_8)));
        return bom.toPrettyString() + "\n";
    }

    private void purified(ObjectNode component) {
        component.put("type", MODEL).put("bom-ref", RunDirectory.PURIFIED).put(NAME, RunDirectory.PURIFIED);
        component.put("version", new InputFingerprint(RunDirectory.PURIFIED, model.files()).digest());
        component.put("description", "A text classifier that was repaired after a suspected backdoor attack.");
        ancestor(component.putObject("pedigree"));
        component
                .putArray("externalReferences")
                .addObject()
                .put("type", "model-card")
                .put("url", RunDirectory.PURIFIED + "/README.md");
        files(RunDirectory.PURIFIED, model.files(), component.putArray("components"));
        ObjectNode card = component.putObject("modelCard");
        parameters(card.putObject("modelParameters"));
        figures(MeasuredModel.purified(model.metrics()), card);
        card.putObject("considerations").putArray("technicalLimitations").add(model.verdict());
        ArrayNode properties = component.putArray("properties");
        property("pure:seed", Long.toString(model.metrics().seed()), properties);
        model.repair().ifPresent(repair -> {
            property("pure:defence", repair.defence(), properties);
            property("pure:pruned-heads", Integer.toString(repair.prunedHeads()), properties);
        });
    }

    private void ancestor(ObjectNode pedigree) {
        InputFingerprint input =
                model.run().map(run -> run.inputs().get("model")).orElse(null);
        if (input != null) {
            ObjectNode suspect = pedigree.putArray("ancestors").addObject();
            suspect.put("type", MODEL).put("bom-ref", SUSPECT).put(NAME, lastPart(input.address()));
            suspect.put("version", input.digest());
            files(SUSPECT, input.files(), suspect.putArray("components"));
            List<Figure> figures = MeasuredModel.suspect(model.metrics());
            if (!figures.isEmpty()) {
                figures(figures, suspect.putObject("modelCard"));
            }
        }
        pedigree.put("notes", model.repair().map(ModelBom::howRepaired).orElse("Repaired."));
    }

    private static String howRepaired(RepairFile repair) {
        return "Repaired by the defence " + repair.defence() + ": " + repair.prunedHeads()
                + " attention heads pruned, trainings: "
                + String.join(
                        ", ",
                        repair.trainings().stream()
                                .map(training -> training.name() + " from the " + training.from())
                                .toList())
                + ".";
    }

    private void parameters(ObjectNode parameters) {
        parameters.putObject("approach").put("type", "supervised");
        parameters.put("task", "text-classification");
        parameters.put("architectureFamily", model.config().path("model_type").asText());
        parameters.put(
                "modelArchitecture", model.config().at("/architectures/0").asText());
        ArrayNode datasets = parameters.putArray("datasets");
        texts().keySet().forEach(name -> datasets.addObject().put("ref", TEXTS + name));
        parameters.putArray("inputs").addObject().put("format", "text");
        parameters.putArray("outputs").addObject().put("format", "label");
    }

    private static void figures(List<Figure> figures, ObjectNode card) {
        ArrayNode metrics = card.putObject("quantitativeAnalysis").putArray("performanceMetrics");
        for (Figure figure : figures) {
            ObjectNode metric = metrics.addObject()
                    .put("type", figure.type())
                    .put("value", Decimals.text(figure.value()))
                    .put("slice", figure.texts().words());
            figure.interval().ifPresent(interval -> metric.putObject("confidenceInterval")
                    .put("lowerBound", Decimals.text(interval.low()))
                    .put("upperBound", Decimals.text(interval.high())));
        }
    }

    /** Files of texts, by the names of the inputs. */
    private Map<String, InputFingerprint> texts() {
        Map<String, InputFingerprint> texts = new LinkedHashMap<>();
        model.run().ifPresent(run -> List.of("train", "validation", "test", "poisoned-test")
                .forEach(name -> {
                    if (run.inputs().containsKey(name)) {
                        texts.put(name, run.inputs().get(name));
                    }
                }));
        return texts;
    }

    private static void data(String name, InputFingerprint input, ObjectNode component) {
        component.put("type", "data").put("bom-ref", TEXTS + name).put(NAME, lastPart(input.address()));
        component.put("description", "texts given as --" + name);
        component.putArray("data").addObject().put("type", "dataset").put(NAME, name);
        if (input.files().size() == 1) {
            hash(input.files().get(0), component);
        } else {
            files(TEXTS + name, input.files(), component.putArray("components"));
        }
    }

    private static void files(String owner, List<FileFingerprint> files, ArrayNode components) {
        for (FileFingerprint file : files) {
            ObjectNode component = components
                    .addObject()
                    .put("type", "file")
                    .put("bom-ref", owner + "/" + file.name())
                    .put(NAME, file.name());
            hash(file, component);
        }
    }

    private static void hash(FileFingerprint file, ObjectNode component) {
        component.putArray("hashes").addObject().put("alg", "SHA-256").put("content", file.sha256());
    }

    private static void property(String name, String value, ArrayNode properties) {
        properties.addObject().put(NAME, name).put("value", value);
    }

    /** Without the directories above it, which may tell of the machine. */
    private static String lastPart(String address) {
        String whole = address.replaceFirst("/+$", "");
        return whole.substring(whole.lastIndexOf('/') + 1);
    }
}
