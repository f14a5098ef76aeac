// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

/** How the labels of the data get their class numbers. */
public enum LabelSource {
    /** By the names in the checkpoint's {@code id2label}: the checkpoint's own classifier is for these classes. */
    CHECKPOINT_NAMES,
    /** As the integer ids of the checkpoint's {@code id2label}: its own classifier is for these classes. */
    CHECKPOINT_IDS,
    /** As names or ids of {@code id2label} in another spelling: its own classifier is for these classes. */
    CHECKPOINT_SPELT,
    /** As the user says: the checkpoint's own classifier is for these classes. */
    CHECKPOINT_MAPPED,
    /** Train's labels in sorted order: the checkpoint's own classifier, if it has one, is for other classes. */
    TRAIN
}
