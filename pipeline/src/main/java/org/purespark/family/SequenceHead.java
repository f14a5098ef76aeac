// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderPart;

/**
 * The classifier of a family's {@code …ForSequenceClassification}.
 *
 * @param kind what it computes
 * @param dense name of its inner layer on disk
 * @param norm name of the norm after the inner layer on disk; empty if there is none
 * @param projection name of its last projection on disk
 */
public record SequenceHead(ClassifierKind kind, String dense, String norm, String projection) {
    /** Without a norm. */
    public SequenceHead(ClassifierKind kind, String dense, String projection) {
        this(kind, dense, "", projection);
    }

    /** The name on disk of a part of the classifier. */
    String name(EncoderPart part) {
        return switch (part) {
            case CLASSIFIER -> projection;
            case CLASSIFIER_DENSE -> dense;
            case CLASSIFIER_NORM -> norm;
            default -> throw new IllegalArgumentException(part + " is no part of a classifier");
        };
    }
}
