// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

/** Whether every row must have a label. */
public enum LabelColumn {
    /** A missing label column, or a row without a label, is an error. */
    REQUIRED,
    /** A label may be missing: then {@link LabelledText#label()} is null. */
    OPTIONAL
}
