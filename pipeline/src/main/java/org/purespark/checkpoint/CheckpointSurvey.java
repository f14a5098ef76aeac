// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.purespark.family.DeclaredModel;
import org.purespark.task.TaskKind;

/**
 * What a model's directory declares and holds, without its weights.
 *
 * @param declared by {@code config.json}; empty if that is refused
 * @param weightFiles names of the files that hold the weights, in the order in which they are read
 * @param tensors in the order of the files
 * @param labels of the classes, in the order of their ids; empty without classifier
 * @param task what the classifier answers
 * @param prunedHeads number of heads that {@code config.json} declares pruned
 * @param adapter what is merged into the weights; empty for a whole model
 * @param refusals why the model is not read, each a whole message; empty if it is
 * @param warnings what is odd but does not keep the model from being read
 */
public record CheckpointSurvey(
        Optional<DeclaredModel> declared,
        List<String> weightFiles,
        List<SurveyedTensor> tensors,
        List<String> labels,
        TaskKind task,
        int prunedHeads,
        Optional<AdapterFacts> adapter,
        List<String> refusals,
        List<String> warnings) {
    public CheckpointSurvey {
        weightFiles = List.copyOf(weightFiles);
        tensors = List.copyOf(tensors);
        labels = List.copyOf(labels);
        refusals = List.copyOf(refusals);
        warnings = List.copyOf(warnings);
    }

    /**
     * A LoRA adapter.
     *
     * @param base address of its base model's directory
     * @param rank r, where no module has its own
     * @param alpha lora_alpha, where no module has its own
     * @param changed number of modules that it changes
     * @param whole number of tensors that it has in place of the base model's
     */
    public record AdapterFacts(String base, int rank, double alpha, int changed, int whole) {}

    /** What a tensor is to the model. */
    public enum Use {
        /** Its values are computed with. */
        USED,
        /** It changes another tensor, which is computed with. */
        MERGED,
        /** Of a part that is not computed, such as a pooler. */
        IGNORED,
        /** The model has no such part. */
        UNEXPECTED;

        /** In small letters. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A tensor.
     *
     * @param file its file's name
     * @param name as in the file
     * @param type of its elements
     * @param shape outermost dimension first
     * @param values empty for integers, and for a view of a storage that is not all of it
     */
    public record SurveyedTensor(
            String file, String name, ElementType type, List<Integer> shape, Use use, Optional<TensorValues> values) {
        /** Product of the shape. */
        public long elements() {
            return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
        }
    }
}
