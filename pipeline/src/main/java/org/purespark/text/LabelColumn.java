package org.purespark.text;

/** Whether every row must carry a label. */
public enum LabelColumn {
    /** A missing label column, or a row without a label, is an error. */
    REQUIRED,
    /** Labels are read where they are there; {@link LabelledText#label()} is null elsewhere. */
    OPTIONAL
}
