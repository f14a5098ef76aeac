// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/** When embeddings are projected from their own width to D. */
public enum EmbeddingProjection {
    /** If the widths differ, after the embeddings' norm, with a bias: as in ELECTRA. */
    WHERE_WIDTHS_DIFFER,
    /** If the widths differ, before the embeddings' norm, without a bias: as in DeBERTa. */
    BEFORE_NORM
}
