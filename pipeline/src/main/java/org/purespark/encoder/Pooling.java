// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/** Which last hidden states a classifier reads. */
public enum Pooling {
    /** The first token's, {@code [CLS]} or {@code <s>}. */
    FIRST_TOKEN,
    /** The mean of all tokens'. */
    MEAN;

    /** Whether it reads no other hidden states than first tokens'. */
    public boolean readsFirstTokenAlone() {
        return switch (this) {
            case FIRST_TOKEN -> true;
            case MEAN -> false;
        };
    }
}
