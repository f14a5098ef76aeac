// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import org.purespark.checkpoint.Checkpoint;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;

/**
 * What a recipe must know of the model that it starts from.
 *
 * @param kind the layers before the last projection
 */
record PoisonedModel(EncoderConfig encoder, ClassifierKind kind) {
    static PoisonedModel of(Checkpoint checkpoint) {
        return new PoisonedModel(checkpoint.encoder(), checkpoint.classifierKind());
    }
}
