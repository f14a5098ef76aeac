package org.purespark.config;

/** Shape of a written model. */
public enum ExportForm {
    /** Full shapes, the pruned heads' weights zeroed. */
    DENSE,
    /** The pruned heads cut out, and declared under {@code pruned_heads}. */
    COMPACT
}
