// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** What the card of the purified model tells. */
public enum CardChoice {
    /** What the model is, and how it is used. */
    PLAIN,
    /** The figures too, as {@code model-index} of Hugging Face. */
    MODEL_INDEX
}
