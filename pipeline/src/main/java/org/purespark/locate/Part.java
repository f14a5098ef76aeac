// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;

/** Kinds of places in a model in which a backdoor may sit, each with the tensors that are its own. */
public enum Part {
    /** All attention heads of a layer, with their output projection and norm. */
    ATTENTION(
            EncoderPart.QUERY,
            EncoderPart.KEY,
            EncoderPart.VALUE,
            EncoderPart.POSITION_QUERY,
            EncoderPart.POSITION_KEY,
            EncoderPart.DISTANCE_EMBEDDINGS,
            EncoderPart.ATTENTION_OUTPUT,
            EncoderPart.ATTENTION_NORM),
    /** One attention head: its rows and columns of the layer's tensors. */
    HEAD(),
    /** The feed-forward part of a layer, with its norm. */
    MLP(EncoderPart.INTERMEDIATE, EncoderPart.OUTPUT, EncoderPart.OUTPUT_NORM),
    WORD_EMBEDDINGS(EncoderPart.WORD_EMBEDDINGS),
    /** Positions, distances and token types, and what follows the sum of the embeddings. */
    POSITIONS_AND_TYPES(
            EncoderPart.POSITION_EMBEDDINGS,
            EncoderPart.TOKEN_TYPE_EMBEDDINGS,
            EncoderPart.EMBEDDING_NORM,
            EncoderPart.EMBEDDING_PROJECTION,
            EncoderPart.DISTANCE_SCORES,
            EncoderPart.RELATIVE_EMBEDDINGS,
            EncoderPart.RELATIVE_NORM),
    /** Beside the first layer. */
    CONVOLUTION(EncoderPart.CONVOLUTION, EncoderPart.CONVOLUTION_NORM),
    /** After the last layer. */
    FINAL_NORM(EncoderPart.FINAL_NORM),
    /** The classifier's inner layer: BERT's pooler, and what other families have in its place. */
    CLASSIFIER_DENSE(EncoderPart.CLASSIFIER_DENSE, EncoderPart.CLASSIFIER_NORM),
    /** Layers as a whole: {@link #ATTENTION} and {@link #MLP} of each. */
    LAYERS(),
    /** All but the classifier. */
    ENCODER();

    /** The parts of which a model has one, beside its layers, in the order of the data's way. */
    static final List<Part> SINGLE =
            List.of(WORD_EMBEDDINGS, POSITIONS_AND_TYPES, CONVOLUTION, FINAL_NORM, CLASSIFIER_DENSE);

    private final Set<EncoderPart> own;

    Part(EncoderPart... own) {
        this.own = Set.of(own);
    }

    /** The parts whose tensors are this one's own; none, if it is a part or a sum of others. */
    Set<EncoderPart> own() {
        return own;
    }

    /**
     * Names of the tensors.
     *
     * @param layer of a part of layers, counted from 0; else {@link ParameterSpec#NO_LAYER}
     */
    List<String> tensors(ParameterList parameters, int layer) {
        return parameters.specs().stream()
                .filter(parameter -> own.contains(parameter.part()) && parameter.layer() == layer)
                .map(ParameterSpec::name)
                .toList();
    }

    /** The name in files. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
