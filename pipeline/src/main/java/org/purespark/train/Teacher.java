// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.heads.Head;
import org.purespark.model.Device;
import org.purespark.model.ForwardPass;
import org.purespark.model.PackedBatch;
import org.purespark.model.ParameterLayout;
import org.purespark.model.Parameters;
import org.purespark.model.TextClassifier;
import org.purespark.model.TextClassifier.Outputs;
import org.purespark.model.engine.Engine;
import org.purespark.storage.Storage;

/** Gives the CLS attention that a model in training is compared with. Each task of a training has its own. */
interface Teacher extends AutoCloseable {
    /** CLS attention in each layer, [N, A] row-major; nothing in a training without a teacher. */
    List<float[]> attention(PackedBatch batch);

    @Override
    void close();

    /** The teacher of a training without one. */
    static Teacher none() {
        return new Teacher() {
            @Override
            public List<float[]> attention(PackedBatch batch) {
                return List.of();
            }

            @Override
            public void close() {}
        };
    }

    /**
     * The teacher that a training asks for.
     *
     * @param student the encoder that is trained
     * @param device where it computes, beside the student
     * @throws InputException if it is not a valid checkpoint, or has other numbers of layers or heads
     */
    static Teacher of(TrainingMethod method, EncoderConfig student, Storage storage, Device device) throws IOException {
        return method instanceof TrainingMethod.Taught taught && taught.weight() > 0
                ? Attentive.read(taught, student, storage, device)
                : none();
    }

    /** A model that reads without dropout, with the heads pruned that its checkpoint declares. */
    final class Attentive implements Teacher {
        /** Its classifier is not used. */
        private static final int STAND_IN_CLASSES = 1;

        private final Engine memory;
        private final Parameters parameters;
        private final TextClassifier model;
        private final SortedSet<Head> pruned;

        private Attentive(Engine memory, Parameters parameters, TextClassifier model, SortedSet<Head> pruned) {
            this.memory = memory;
            this.parameters = parameters;
            this.model = model;
            this.pruned = pruned;
        }

        private static Attentive read(
                TrainingMethod.Taught taught, EncoderConfig student, Storage storage, Device device)
                throws IOException {
            Checkpoint read = new CheckpointReader(storage).read(taught.model());
            EncoderConfig own = read.encoder();
            if (own.layers() != student.layers() || own.heads() != student.heads()) {
                throw new InputException("the teacher " + taught.model().directory() + " has " + own.layers()
                        + " layers of " + own.heads() + " heads, the model that is trained has " + student.layers()
                        + " of " + student.heads() + ": take a teacher made from the same encoder");
            }
            SortedMap<String, Tensor> tensors = new TreeMap<>(read.tensors());
            ParameterList.of(own, read.classifierKind(), STAND_IN_CLASSES)
                    .of(EncoderPart.CLASSIFIER)
                    .forEach(parameter -> tensors.put(parameter.name(), Tensor.zeros(parameter.shape())));
            ParameterLayout layout = new ParameterLayout(own, read.classifierKind(), STAND_IN_CLASSES);
            Engine memory = device.engine(1);
            Parameters parameters = Parameters.of(layout, tensors, memory);
            TextClassifier model = new TextClassifier(own, read.classifierKind(), parameters, device.engine());
            return new Attentive(memory, parameters, model, read.prunedHeads());
        }

        @Override
        public List<float[]> attention(PackedBatch batch) {
            ForwardPass forward = model.forward(batch, pruned, Outputs.LOGITS_AND_ATTENTION);
            List<float[]> attention = new ArrayList<>();
            for (int l = 0; l < model.config().layers(); l++) {
                attention.add(forward.clsAttention(l));
            }
            return attention;
        }

        @Override
        public void close() {
            model.close();
            parameters.close();
            memory.close();
        }
    }
}
