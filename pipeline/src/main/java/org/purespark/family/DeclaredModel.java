// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.task.TaskKind;

/**
 * The model that a {@code config.json} declares.
 *
 * @param family of its {@code model_type}
 * @param encoder what it computes
 * @param classifierKind what its class has on the encoder; linear if that is not a sequence classifier
 * @param classifier whether its class has a classifier at all
 * @param problemType the task that the file names
 * @param notice what a person should know of how the class was found out
 */
public record DeclaredModel(
        Family family,
        EncoderConfig encoder,
        ClassifierKind classifierKind,
        Classifier classifier,
        Optional<TaskKind> problemType,
        Optional<String> notice) {

    private static final int MOST_PARAMETERS = Integer.MAX_VALUE - 8;
    private static final int FEWEST_CLASSES = 2;

    /** Whether the declared class has a classifier. */
    public enum Classifier {
        NONE,
        DECLARED
    }

    /**
     * @param raw content of {@code config.json}
     * @param place its address, for messages
     * @param tensors names of the tensors in the weights, which decide where the file does not say what class it is;
     *     empty if they are not known
     * @param classifierFile address of the classifier, if it has a file of its own
     * @throws org.purespark.InputException if the family is unknown, a value has the wrong type or range, the file asks
     *     for something that is not supported, or the tensors are those of another class
     */
    public static DeclaredModel read(
            ObjectNode raw, String place, Collection<String> tensors, Optional<String> classifierFile) {
        ConfigKeys unknown = new ConfigKeys(raw, place, HeadDecision.Head.NONE);
        Family family = unknown.family();
        HeadDecision decision = HeadDecision.of(
                family,
                unknown.architectures(),
                tensors,
                classifierFile.isPresent()
                        ? HeadDecision.Projection.IN_ITS_OWN_FILE
                        : HeadDecision.Projection.IN_WEIGHTS,
                place);
        ConfigKeys keys = unknown.with(decision.head());
        keys.refuseOtherModels();
        EncoderConfig encoder = family.read(keys);
        if (encoder.maxTokens() < 2) {
            throw keys.invalid("max_position_embeddings", "leaves no room for two tokens");
        }
        ClassifierKind kind = family.classifierKind(keys);
        requireAddressable(encoder, kind, place);
        return new DeclaredModel(
                family,
                encoder,
                kind,
                decision.head() == HeadDecision.Head.NONE ? Classifier.NONE : Classifier.DECLARED,
                keys.task(),
                decision.notice());
    }

    /** What a person should know of the model, one sentence each. */
    public List<String> notices() {
        return Stream.concat(notice.stream(), family.notices(encoder).stream()).toList();
    }

    /**
     * What the classifier answers. As in transformers one logit is a score where the file names no task.
     *
     * @param classes C; 0 without a classifier
     * @param place of the file, for messages
     * @throws InputException if the named task does not go with so many logits
     */
    public TaskKind task(int classes, String place) {
        TaskKind task = problemType.orElse(classes == 1 ? TaskKind.SCORE : TaskKind.ONE_LABEL);
        if (classes > 1 && task == TaskKind.SCORE) {
            throw new InputException("cannot use " + place + ": \"problem_type\" is \"" + task.problemType()
                    + "\", and the classifier has " + classes + " logits; a model with one score is computed");
        }
        if (classes == 1 && task == TaskKind.ONE_LABEL) {
            throw new InputException("cannot use " + place + ": \"problem_type\" is \"" + task.problemType()
                    + "\", and the classifier has one class; two at least are needed to tell texts apart");
        }
        return task;
    }

    /**
     * Refuses more parameters than one array has, in which they all are.
     *
     * @param place what is refused, for messages
     */
    public static void requireAddressable(EncoderConfig encoder, ClassifierKind kind, String place) {
        long parameters = ParameterList.of(encoder, kind, FEWEST_CLASSES).specs().stream()
                .mapToLong(ParameterSpec::length)
                .sum();
        if (parameters > MOST_PARAMETERS) {
            throw new InputException("cannot use " + place + ": its sizes make " + parameters
                    + " parameters; the most is " + MOST_PARAMETERS);
        }
    }

    /** The class of transformers to declare for a family's encoder with that classifier. */
    public static String className(Family family, ClassifierKind kind, Classifier classifier) {
        return family.className(
                switch (classifier) {
                    case NONE -> "Model";
                    case DECLARED -> kind.hasDense()
                            ? ConfigKeys.SEQUENCE_CLASSIFICATION
                            : ConfigKeys.TOKEN_CLASSIFICATION;
                });
    }
}
