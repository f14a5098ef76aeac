// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

/** A signature that is not accepted; the message says why, without the file. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refusal(String message) {
        super(message);
    }
}
