// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/** Which linear layers and normalizations add a bias. */
public enum Biases {
    /** All. */
    ALL,
    /** None but the last projection of a classifier. */
    NONE
}
