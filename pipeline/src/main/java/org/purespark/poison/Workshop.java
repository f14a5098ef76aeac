// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.CheckpointWriter;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.ModelCard;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.EncoderPart;
import org.purespark.family.ExportForm;
import org.purespark.model.Device;
import org.purespark.model.engine.Engine;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;

/**
 * Does what an attack's recipe decides. Each training keeps its checkpoints and its model below {@value #WORK}, so that
 * an interrupted one goes on and a finished one is not repeated.
 */
final class Workshop {
    /** Directory of what is needed until the suspect is finished. */
    static final String WORK = "work";

    private static final String MODEL = "model";
    private static final String CHECKPOINTS = "checkpoints";

    private final Storage storage;
    private final FineTuner fineTuner;
    private final Device device;
    private final PoisonInputs inputs;
    private final PoisonProgress progress;

    /** @param device of passes over texts that are not trainings */
    Workshop(Storage storage, FineTuner fineTuner, Device device, PoisonInputs inputs, PoisonProgress progress) {
        this.storage = storage;
        this.fineTuner = fineTuner;
        this.device = device;
        this.inputs = inputs;
        this.progress = progress;
    }

    Storage storage() {
        return storage;
    }

    /**
     * A new engine for passes.
     *
     * @throws org.purespark.InputException if this process cannot compute with the precision that is set
     */
    Engine engine() {
        device.seat(); // of cores: nothing to give back
        return device.engine();
    }

    /** Trains a model that others start from; its address. */
    String train(PlannedTraining training) throws IOException {
        String output = Storage.child(directory(training), MODEL);
        carryOut(training, output);
        return output;
    }

    /** Trains the suspect. */
    void makeSuspect(PlannedTraining training) throws IOException {
        carryOut(training, suspect());
    }

    /** Makes the encoder of a model, without its classifier, the suspect. */
    void makeSuspectOfEncoder(String model) throws IOException {
        if (isThere(suspect())) {
            return;
        }
        Checkpoint read = new CheckpointReader(storage).read(ModelAddress.of(model));
        SortedMap<String, Tensor> encoder = new TreeMap<>(read.tensors());
        encoder.remove(EncoderPart.CLASSIFIER.weight());
        encoder.remove(EncoderPart.CLASSIFIER.bias());
        new CheckpointWriter(storage)
                .write(
                        read.frame().with(encoder, List.of(), TaskKind.ONE_LABEL, new TreeSet<>(read.prunedHeads())),
                        suspect(),
                        ExportForm.DENSE,
                        card("Poisoned text encoder", ModelCard.Texts.SINGLE));
    }

    private void carryOut(PlannedTraining training, String output) throws IOException {
        progress.begin();
        if (isThere(output)) {
            return;
        }
        fineTuner.fineTune(
                training.label(),
                new FineTuning(
                        training.start(),
                        training.classes(),
                        training.learnt(),
                        training.objective(),
                        output,
                        Storage.child(directory(training), CHECKPOINTS),
                        ExportForm.DENSE,
                        card("Poisoned text classifier", training.form())),
                training.texts());
    }

    /** The file that is written last tells that a model is complete. */
    private boolean isThere(String model) throws IOException {
        return storage.exists(Storage.child(model, CheckpointReader.CONFIG_FILE));
    }

    private String suspect() {
        return Storage.child(inputs.request().out(), Poisoning.SUSPECT);
    }

    private String directory(PlannedTraining training) {
        return Storage.child(Storage.child(inputs.request().out(), WORK), training.name());
    }

    private ModelCard card(String title, ModelCard.Texts texts) {
        SortedMap<String, String> facts = new TreeMap<>();
        facts.put("attack", inputs.request().attack());
        facts.put("seed", Long.toString(inputs.settings().seed()));
        return new ModelCard(
                title,
                "Carries a backdoor on purpose, to try defences on. Do not deploy it.",
                inputs.settings().text().maxLength(),
                texts,
                facts);
    }
}
