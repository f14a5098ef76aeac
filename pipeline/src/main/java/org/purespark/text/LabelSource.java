package org.purespark.text;

/** How the labels of the data were given their class numbers. */
public enum LabelSource {
    /** By the names in the checkpoint's {@code id2label}: the checkpoint's own classifier speaks of these classes. */
    CHECKPOINT_NAMES,
    /** As the integer ids of the checkpoint's {@code id2label}: its own classifier speaks of these classes. */
    CHECKPOINT_IDS,
    /** Train's labels in sorted order: a classifier that came with the checkpoint says nothing about them. */
    TRAIN
}
