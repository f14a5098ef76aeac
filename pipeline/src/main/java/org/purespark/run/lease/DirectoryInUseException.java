// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.lease;

import org.purespark.InputException;

/** Another process works in the directory: this one must not write there. */
public final class DirectoryInUseException extends InputException {
    private static final long serialVersionUID = 1L;

    DirectoryInUseException(String message) {
        super(message);
    }
}
