package org.purespark.config;

/** The form of a written model. */
public enum ExportForm {
    /** Full shapes; the weights of pruned heads are 0. */
    DENSE,
    /** The pruned heads cut out, and declared under {@code pruned_heads}. */
    COMPACT
}
