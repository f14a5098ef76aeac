// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

/** Gets the rows of a source, one after the other. */
@FunctionalInterface
public interface RowSink {
    /** @param unit what the row's number counts */
    void row(RowUnit unit, LabelledText row);
}
