// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

/** How pruned heads appear in an exported checkpoint. */
public enum ExportForm {
    /** Full shapes, pruned heads zeroed, listed under a key of the project's own: opens in every transformers. */
    DENSE,
    /** Pruned heads cut out and listed as {@code pruned_heads}: smaller, opens in transformers 4.x only. */
    COMPACT
}
