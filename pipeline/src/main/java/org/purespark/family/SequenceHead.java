// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import org.purespark.encoder.ClassifierKind;

/**
 * The classifier of a family's {@code …ForSequenceClassification}.
 *
 * @param kind what it computes
 * @param dense name of its inner layer on disk
 * @param projection name of its last projection on disk
 */
public record SequenceHead(ClassifierKind kind, String dense, String projection) {}
