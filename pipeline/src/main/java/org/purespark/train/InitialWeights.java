// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.util.Arrays;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.Normalization;
import org.purespark.encoder.ParameterSpec;
import org.purespark.random.SeededRandom;

/** What transformers puts into new tensors. */
public final class InitialWeights {
    private InitialWeights() {}

    /** Entries of N(0, initializer range), 1 or 0, by the role of the parameter. */
    public static Tensor of(ParameterSpec parameter, EncoderConfig encoder, SeededRandom random) {
        Tensor tensor = Tensor.zeros(parameter.shape());
        float[] values = tensor.values();
        switch (parameter.role().initial()) {
            case ZERO -> {}
            case ONE -> Arrays.fill(values, 1f);
            case NORMAL -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (random.nextGaussian() * encoder.initializerRange());
                }
            }
        }
        return tensor;
    }

    /**
     * The same for a parameter of a layer. Encoders with norms before each part (ModernBERT) draw again what is beyond
     * two deviations, and the two matrices that write into the residual sum have a deviation of initializer range /
     * sqrt(2L).
     */
    public static Tensor ofLayer(ParameterSpec parameter, EncoderConfig encoder, SeededRandom random) {
        boolean truncated = encoder.architecture().normalization() instanceof Normalization.BeforePart;
        if (!truncated || parameter.role().initial() != ParameterSpec.Initial.NORMAL) {
            return of(parameter, encoder, random);
        }
        boolean writes = parameter.part() == EncoderPart.ATTENTION_OUTPUT || parameter.part() == EncoderPart.OUTPUT;
        double deviation = encoder.initializerRange() / (writes ? Math.sqrt(2.0 * encoder.layers()) : 1);
        Tensor tensor = Tensor.zeros(parameter.shape());
        for (int i = 0; i < tensor.values().length; i++) {
            double draw;
            do {
                draw = random.nextGaussian();
            } while (Math.abs(draw) > 2);
            tensor.values()[i] = (float) (draw * deviation);
        }
        return tensor;
    }
}
