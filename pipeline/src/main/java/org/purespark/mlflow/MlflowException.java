// SPDX-License-Identifier: Apache-2.0
package org.purespark.mlflow;

/** A tracking server that cannot be reached, or that refuses a call. The message names server, call and answer. */
public final class MlflowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MlflowException(String message) {
        super(message);
    }

    MlflowException(String message, Throwable cause) {
        super(message, cause);
    }
}
