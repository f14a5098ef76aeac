// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/**
 * Shares of entries that training sets to zero, each in [0, 1). Made by {@link EncoderConfig.Builder}.
 *
 * @param embeddings of the embeddings
 * @param attention of the attention probabilities
 * @param attentionOutput of the output of the attention part
 * @param inner of the entries between the linear layers of the feed-forward part
 * @param output of the output of the feed-forward part
 * @param classifier of the input of the last projection
 */
public record DropoutRates(
        double embeddings, double attention, double attentionOutput, double inner, double output, double classifier)
        implements Serializable {
    public DropoutRates {
        requireRate("hidden", output);
        requireRate("embedding", embeddings);
        requireRate("attention", attention);
        requireRate("attention output", attentionOutput);
        requireRate("feed-forward", inner);
        requireRate("classifier", classifier);
    }

    private static void requireRate(String name, double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(name + " dropout is " + rate + ", expected 0 to below 1");
        }
    }
}
