// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/** Where embeddings of another width than D are projected to D. */
public enum EmbeddingProjection {
    /** After the embeddings' norm, with a bias: as in ELECTRA. */
    AFTER_NORM,
    /** Before it, without a bias: as in DeBERTa. */
    BEFORE_NORM
}
