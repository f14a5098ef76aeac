// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/**
 * Shares of entries that training sets to zero, each in [0, 1). Made by {@link EncoderConfig.Builder}.
 *
 * @param hidden of the embeddings, and of the outputs of attention and feed-forward parts
 * @param attention of the attention probabilities
 * @param classifier of the input of the last projection
 */
public record DropoutRates(double hidden, double attention, double classifier) implements Serializable {
    public DropoutRates {
        requireRate("hidden", hidden);
        requireRate("attention", attention);
        requireRate("classifier", classifier);
    }

    private static void requireRate(String name, double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(name + " dropout is " + rate + ", expected 0 to below 1");
        }
    }
}
