// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

/** A failure of whoever takes the rows, on its way through a reader: it says nothing of the file that is read. */
public final class SinkFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RuntimeException failure;

    SinkFailure(RuntimeException failure) {
        super(failure);
        this.failure = failure;
    }

    /** The failure itself. */
    public RuntimeException failure() {
        return failure;
    }
}
