// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/** When embeddings are projected from their own width to D. */
public enum EmbeddingProjection {
    /** If the widths differ. */
    WHERE_WIDTHS_DIFFER,
    ALWAYS
}
