// SPDX-License-Identifier: Apache-2.0
package org.purespark.mlflow;

import java.util.Objects;

/**
 * {@code mlflow.json}: where a run's result was logged, so that it is logged once.
 *
 * @param schema 1
 * @param url of the server
 * @param experiment its name
 * @param runId of the run there
 * @param model name of the registered model, or null
 * @param modelVersion its version, or null
 * @param result digest of what was logged
 */
public record MlflowFile(
        int schema, String url, String experiment, String runId, String model, String modelVersion, String result) {
    public static final int SCHEMA = 1;

    boolean isOf(String otherUrl, String otherExperiment, String otherModel, String otherResult) {
        return url.equals(otherUrl)
                && experiment.equals(otherExperiment)
                && Objects.equals(model, otherModel)
                && result.equals(otherResult);
    }
}
