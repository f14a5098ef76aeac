// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.purespark.checkpoint.SafeTensorsReader;
import org.purespark.checkpoint.SafeTensorsWriter;
import org.purespark.checkpoint.Tensor;
import org.purespark.model.Parameters;
import org.purespark.model.engine.DeviceArray;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.Storage;

/**
 * Checkpoints from which an interrupted training continues: parameters and AdamW's moments every few steps, in a
 * directory of the run. Each task writes the moments of the parameters that it owns; the first task also writes what
 * all tasks have. The order of texts and dropout depend only on the step, so no other state is needed: a resumed
 * training ends with the same bits as one without interruption. It may be resumed with another number of tasks. The
 * manifest is written after all other files, and older files are removed after that.
 *
 * @param directory of the checkpoints
 * @param intervalSteps optimizer steps between two checkpoints
 */
public record TrainingCheckpoints(Storage storage, String directory, int intervalSteps) {
    private static final String MANIFEST = "latest.json";
    private static final String PARAMETERS = "parameters";
    private static final String FIRST_MOMENT = "adam-first";
    private static final String SECOND_MOMENT = "adam-second";

    /**
     * The manifest.
     *
     * @param schema 2
     * @param file all parameters, and the moments of the word embedding
     * @param shards the moments of the others, in the order of their ranges
     * @param steps every step up to the checkpoint
     */
    record Manifest(int schema, String file, List<Shard> shards, List<Trainer.StepReport> steps) {
        static final int SCHEMA = 2;
    }

    /**
     * Moments of the parameters [from, to).
     *
     * @param from flat offset of a parameter
     */
    record Shard(String file, int from, int to) {}

    /**
     * Restores the last complete checkpoint: parameters, and the moments that the optimizer owns.
     *
     * @return every step up to it; none if there is no checkpoint: then nothing changes
     */
    List<Trainer.StepReport> restore(Parameters parameters, AdamW optimizer) throws IOException {
        Optional<Manifest> manifest = manifest();
        if (manifest.isEmpty()) {
            return List.of();
        }
        Manifest latest = manifest.get();
        AdamW.Owned owned = optimizer.owned();
        SortedMap<String, Tensor> common = read(latest.file());
        float[] all = common.get(PARAMETERS).values();
        parameters.memory().put(0, all, 0, all.length);
        putMoments(common, 0, optimizer, 0, owned.words());
        for (Shard shard : latest.shards()) {
            int from = Math.max(shard.from(), owned.from());
            int to = Math.min(shard.to(), owned.to());
            if (from < to) {
                int at = owned.words() + from - owned.from();
                putMoments(read(shard.file()), from - shard.from(), optimizer, at, to - from);
            }
        }
        optimizer.resumeAfter(latest.steps().size());
        return latest.steps();
    }

    private static void putMoments(SortedMap<String, Tensor> moments, int from, AdamW optimizer, int at, int count) {
        optimizer.first().put(at, moments.get(FIRST_MOMENT).values(), from, count);
        optimizer.second().put(at, moments.get(SECOND_MOMENT).values(), from, count);
    }

    /** Number of steps in the last checkpoint; 0 if there is none. */
    int stepsDone() throws IOException {
        Optional<Manifest> latest = manifest();
        return latest.isPresent() ? latest.get().steps().size() : 0;
    }

    private Optional<Manifest> manifest() throws IOException {
        String manifest = Storage.child(directory, MANIFEST);
        return storage.exists(manifest)
                ? Optional.of(new JsonFiles(storage).read(manifest, Manifest.class, Manifest.SCHEMA))
                : Optional.empty();
    }

    private SortedMap<String, Tensor> read(String file) throws IOException {
        return SafeTensorsReader.readAll(storage, Storage.child(directory, file));
    }

    /** Whether a checkpoint is due after {@code done} of {@code total} steps. */
    boolean dueAfter(int done, int total) {
        return done % intervalSteps == 0 && done < total;
    }

    /** Writes this task's part; then the first task waits for the other parts and writes the manifest. */
    void save(Parameters parameters, AdamW optimizer, Exchange exchange, List<Trainer.StepReport> steps)
            throws IOException {
        int step = steps.size();
        AdamW.Owned owned = optimizer.owned();
        DeviceArray first = optimizer.first();
        DeviceArray second = optimizer.second();
        write(shardFile(step, exchange.rank(), exchange.tasks()), moments(first, second, owned.words(), owned.size()));
        if (exchange.rank() > 0) {
            ByteBuffer range = ByteBuffer.allocate(2 * Integer.BYTES);
            range.putInt(0, owned.from()).putInt(Integer.BYTES, owned.to());
            exchange.offerAll(new Exchange.Round(step, Exchange.PartKind.CHECKPOINT), range, List.of());
            return;
        }
        String file = "step-" + step + ".safetensors";
        SortedMap<String, Flat> common = moments(first, second, 0, owned.words());
        common.put(
                PARAMETERS,
                new Flat(parameters.layout().size(), () -> parameters.memory().toArray()));
        write(file, common);
        publish(new Manifest(Manifest.SCHEMA, file, shards(step, owned, exchange), List.copyOf(steps)));
    }

    /** The shards of all tasks, after they are written. */
    private static List<Shard> shards(int step, AdamW.Owned owned, Exchange exchange) {
        List<Shard> shards = new ArrayList<>();
        shards.add(new Shard(shardFile(step, 0, exchange.tasks()), owned.from(), owned.to()));
        Exchange.Round round = new Exchange.Round(step, Exchange.PartKind.CHECKPOINT);
        for (int task = 1; task < exchange.tasks(); task++) {
            ByteBuffer range = exchange.expect(round, task, 0).take().note();
            int at = range.position();
            shards.add(new Shard(
                    shardFile(step, task, exchange.tasks()), range.getInt(at), range.getInt(at + Integer.BYTES)));
        }
        return shards;
    }

    private void publish(Manifest manifest) throws IOException {
        new JsonFiles(storage).write(Storage.child(directory, MANIFEST), manifest);
        List<String> current = new ArrayList<>(List.of(manifest.file()));
        manifest.shards().forEach(shard -> current.add(shard.file()));
        for (String name : storage.fileNames(directory)) {
            if (name.endsWith(".safetensors") && !current.contains(name)) {
                storage.delete(Storage.child(directory, name));
            }
        }
    }

    private static String shardFile(int step, int task, int tasks) {
        return "step-" + step + "-moments-" + (task + 1) + "-of-" + tasks + ".safetensors";
    }

    /** A flat tensor; it is copied when it is written, so that there is one copy at a time in memory. */
    private record Flat(int length, Supplier<float[]> values) {}

    private static SortedMap<String, Flat> moments(DeviceArray first, DeviceArray second, int from, int to) {
        SortedMap<String, Flat> moments = new TreeMap<>();
        moments.put(FIRST_MOMENT, new Flat(to - from, () -> range(first, from, to)));
        moments.put(SECOND_MOMENT, new Flat(to - from, () -> range(second, from, to)));
        return moments;
    }

    private static float[] range(DeviceArray array, int from, int to) {
        float[] values = new float[to - from];
        array.get(from, values, 0, values.length);
        return values;
    }

    private void write(String file, SortedMap<String, Flat> tensors) throws IOException {
        SortedMap<String, int[]> shapes = new TreeMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, new int[] {tensor.length()}));
        storage.write(
                Storage.child(directory, file),
                out -> SafeTensorsWriter.write(out, shapes, Map.of(), name -> {
                    Flat tensor = tensors.get(name);
                    return Tensor.of(tensor.values().get(), tensor.length());
                }));
    }
}
