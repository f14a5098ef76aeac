package org.purespark.model.ops;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What every op of a packed batch is told about the texts.
 *
 * @param starts INT32 [B + 1]: first token row of each text, then N
 * @param keys INT64 [B]: dropout keys, {@link org.purespark.random.DropoutMask#KEEP_ALL} in evaluation
 */
public record BatchInputs(SDVariable starts, SDVariable keys) {}
