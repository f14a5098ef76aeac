// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.List;

/** Tokens that have gone through the model. */
final class TokenCount {
    /** A pass with gradients computes about three times as much. */
    private static final int WITH_GRADIENTS = 3;

    private long tokens;

    void forward(List<int[]> texts) {
        tokens += texts.stream().mapToLong(text -> text.length).sum();
    }

    void forwardAndBackward(List<int[]> texts) {
        tokens += WITH_GRADIENTS * texts.stream().mapToLong(text -> text.length).sum();
    }

    long tokens() {
        return tokens;
    }
}
