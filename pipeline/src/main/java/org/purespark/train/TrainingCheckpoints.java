package org.purespark.train;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.checkpoint.SafeTensorsReader;
import org.purespark.checkpoint.SafeTensorsWriter;
import org.purespark.checkpoint.Tensor;
import org.purespark.model.Parameters;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.Storage;

/**
 * What an interrupted training goes on from: parameters and AdamW's moments every few steps, in a directory of the run.
 * The order of texts and dropout are functions of the step, so that no other state is needed and a resumed training ends
 * in the bits of an undisturbed one. The manifest is published after its tensors are written, and older tensors are
 * removed after that.
 *
 * @param directory where they are kept
 * @param intervalSteps optimizer steps between two
 */
public record TrainingCheckpoints(Storage storage, String directory, int intervalSteps) {
    private static final String MANIFEST = "latest.json";
    private static final String PARAMETERS = "parameters";
    private static final String FIRST_MOMENT = "adam-first";
    private static final String SECOND_MOMENT = "adam-second";

    /**
     * The manifest.
     *
     * @param schema 1
     * @param file name of the tensors
     * @param steps every step up to the checkpoint
     */
    record Manifest(int schema, String file, List<Trainer.StepReport> steps) {
        static final int SCHEMA = 1;
    }

    /** Training at rest between two steps. */
    record State(List<Trainer.StepReport> steps, SortedMap<String, Tensor> tensors) {
        float[] parameters() {
            return tensors.get(PARAMETERS).values();
        }

        AdamW optimizer(AdamW.Constants constants) {
            return new AdamW(
                    constants,
                    tensors.get(FIRST_MOMENT).values(),
                    tensors.get(SECOND_MOMENT).values(),
                    steps.size());
        }
    }

    /** The last checkpoint that was published; empty where there is none. */
    Optional<State> latest() throws IOException {
        String manifest = Storage.child(directory, MANIFEST);
        if (!storage.exists(manifest)) {
            return Optional.empty();
        }
        Manifest latest = new JsonFiles(storage).read(manifest, Manifest.class, Manifest.SCHEMA);
        return Optional.of(
                new State(latest.steps(), SafeTensorsReader.readAll(storage, Storage.child(directory, latest.file()))));
    }

    /** Whether a checkpoint is due after {@code done} of {@code total} steps. */
    boolean dueAfter(int done, int total) {
        return done % intervalSteps == 0 && done < total;
    }

    void save(Parameters parameters, AdamW optimizer, List<Trainer.StepReport> steps) throws IOException {
        String file = "step-" + steps.size() + ".safetensors";
        int size = parameters.layout().size();
        SortedMap<String, int[]> shapes = new TreeMap<>();
        for (String name : List.of(PARAMETERS, FIRST_MOMENT, SECOND_MOMENT)) {
            shapes.put(name, new int[] {size});
        }
        try (OutputStream out = storage.create(Storage.child(directory, file))) {
            SafeTensorsWriter.write(out, shapes, Map.of(), name -> switch (name) {
                case FIRST_MOMENT -> Tensor.of(optimizer.first(), size);
                case SECOND_MOMENT -> Tensor.of(optimizer.second(), size);
                default -> Tensor.of(parameters.memory().toArray(), size);
            });
        }
        new JsonFiles(storage)
                .write(Storage.child(directory, MANIFEST), new Manifest(Manifest.SCHEMA, file, List.copyOf(steps)));
        for (String name : storage.fileNames(directory)) {
            if (name.endsWith(".safetensors") && !name.equals(file)) {
                storage.delete(Storage.child(directory, name));
            }
        }
    }
}
