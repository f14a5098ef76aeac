// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/** Where embeddings are projected from their own width to D, and whether they are. */
public enum EmbeddingProjection {
    /** After the embeddings' norm, with a bias, if the widths differ: as in ELECTRA. */
    AFTER_NORM,
    /** After the norm, with a bias, whatever the widths: as in ALBERT. */
    ALWAYS_AFTER_NORM,
    /** Before the norm, without a bias, if the widths differ: as in DeBERTa. */
    BEFORE_NORM
}
