// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterSpec;

/**
 * How one family of Hugging Face models describes an encoder on disk: keys of {@code config.json}, names of tensors,
 * classes of transformers. The {@link EncoderConfig} that it reads describes what the encoder computes. Families are
 * stateless; {@link Families} lists them.
 */
public interface Family {
    /** The {@code model_type} of {@code config.json}. */
    String modelType();

    /** The class of transformers with that suffix: {@code BertForTokenClassification}. */
    String className(String suffix);

    /** The prefix of encoder tensors in checkpoints of models with a head: {@code "bert."}. */
    String prefix();

    /**
     * Reads the encoder's keys of {@code config.json}. A missing key has the default of transformers for the family.
     *
     * @throws org.purespark.InputException if a value has the wrong type or range, or asks for something that is not
     *     supported
     */
    EncoderConfig read(ConfigKeys keys);

    /** Writes every constant of the encoder into a {@code config.json}, so that nothing depends on a default. */
    void write(EncoderConfig encoder, ObjectNode raw);

    /** Writes the dropout before the last projection and, if there are such, other keys of this classifier. */
    void writeClassifierDropout(ClassifierKind kind, double rate, ObjectNode raw);

    /**
     * What the declared class has on the encoder; a linear classifier, if it has none.
     *
     * @throws org.purespark.InputException if it has something that is not computed
     */
    default ClassifierKind classifierKind(ConfigKeys keys) {
        return keys.isSequenceClassifier() ? sequenceHead().kind() : ClassifierKind.LINEAR;
    }

    /**
     * Tensors that the class of a linear classifier needs besides: they are made from parameters, so that the class
     * computes that classifier.
     */
    default List<DerivedTensor> besideLinearClassifier() {
        return List.of();
    }

    /** The family's sequence classifier. */
    SequenceHead sequenceHead();

    /**
     * The name, without prefix, of the tensor on disk that holds an encoder's parameter. One tensor may have several
     * parameters, one below the other: they have the same name, in the order of the encoder's list of parameters.
     */
    default String tensorName(ParameterSpec parameter) {
        return parameter.name();
    }

    /**
     * Shapes, by names without prefix, of tensors that the classes of transformers have for this encoder and do not
     * read. They are written as zeros: where they are missing, transformers makes random ones.
     */
    default SortedMap<String, int[]> unread(EncoderConfig encoder) {
        return Collections.emptySortedMap();
    }

    /** What a person should know who opens a model with this encoder in transformers, one sentence each. */
    default List<String> notices(EncoderConfig encoder) {
        return List.of();
    }

    /** The forms in which a model with pruned heads can be written. */
    default Set<ExportForm> exportForms() {
        return EnumSet.allOf(ExportForm.class);
    }

    /** Whether the family's {@code …Model} adds a pooler with random weights, unless it is told not to. */
    boolean modelAddsPooler();
}
