// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

/** A part of a {@link SortedTable} is not what it should be; the message goes on from "cannot read FILE: block …:". */
final class DamagedTable extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedTable(String message) {
        super(message);
    }
}
