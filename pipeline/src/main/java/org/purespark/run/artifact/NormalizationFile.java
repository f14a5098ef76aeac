// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import java.util.Arrays;
import java.util.List;

/**
 * {@code normalization.json}: how strongly each layer's attention is penalized in the normalized fine-tuning.
 *
 * @param schema 1
 * @param layerVariance v[l], mean variance of the remaining heads' CLS attention per layer; L values above 0
 * @param coefficients c[l], L values from 0 to 1
 * @param lambda weight of the penalty in the loss, at least 0
 */
public record NormalizationFile(int schema, List<Double> layerVariance, List<Double> coefficients, double lambda) {
    public static final int SCHEMA = 1;

    public NormalizationFile {
        Check.schema(schema, SCHEMA);
        layerVariance = Check.list("layerVariance", layerVariance);
        coefficients = Check.list("coefficients", coefficients);
        Check.that(!layerVariance.isEmpty(), "layerVariance is empty, expected a value per layer");
        Check.that(
                layerVariance.size() == coefficients.size(),
                "layerVariance has " + layerVariance.size() + " layers, coefficients " + coefficients.size());
        for (int layer = 0; layer < layerVariance.size(); layer++) {
            double variance = layerVariance.get(layer);
            Check.that(
                    Double.isFinite(variance) && variance > 0,
                    "layerVariance[" + layer + "] is " + variance + ", expected a finite number above 0");
            Check.share("coefficients[" + layer + "]", coefficients.get(layer));
        }
        Check.notNegative("lambda", lambda);
    }

    /** Both arrays hold L values. */
    public static NormalizationFile of(double[] layerVariance, double[] coefficients, double lambda) {
        return new NormalizationFile(
                SCHEMA,
                Arrays.stream(layerVariance).boxed().toList(),
                Arrays.stream(coefficients).boxed().toList(),
                lambda);
    }
}
