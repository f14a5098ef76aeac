// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.purespark.InputException;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;

/**
 * The model that a {@code config.json} declares.
 *
 * @param family of its {@code model_type}
 * @param encoder what it computes
 * @param classifierKind what its class has on the encoder; linear if that is not a sequence classifier
 * @param classifier whether its class has a classifier at all
 */
public record DeclaredModel(
        Family family, EncoderConfig encoder, ClassifierKind classifierKind, Classifier classifier) {

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
     * @throws org.purespark.InputException if the family is unknown, a value has the wrong type or range, or the file
     *     asks for something that is not supported
     */
    public static DeclaredModel read(ObjectNode raw, String place) {
        ConfigKeys keys = new ConfigKeys(raw, place);
        Family family = keys.family();
        keys.refuseOtherModels();
        EncoderConfig encoder = family.read(keys);
        if (encoder.maxTokens() < 2) {
            throw keys.invalid("max_position_embeddings", "leaves no room for two tokens");
        }
        boolean sequence = keys.isSequenceClassifier();
        ClassifierKind kind = family.classifierKind(keys);
        requireAddressable(encoder, kind, place);
        return new DeclaredModel(
                family, encoder, kind, sequence || keys.isTokenClassifier() ? Classifier.DECLARED : Classifier.NONE);
    }

    /** All parameters are in one array. */
    private static void requireAddressable(EncoderConfig encoder, ClassifierKind kind, String place) {
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
