// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;
import org.purespark.family.ExportForm;

/**
 * How models are written, and what is written for other tools.
 *
 * @param form of the weights
 * @param bom the bill of materials beside the purified model
 * @param card what the card of the purified model tells
 * @param signingKey address of the private key that signs the purified model, or null
 * @param mlflowUrl address of the MLflow tracking server that complete runs are logged to, or null
 * @param mlflowExperiment name of the experiment there; null for {@code pure-on-spark}
 * @param mlflowModel name of the registered model whose next version the purified model is, or null
 * @param openlineageUrl address of the OpenLineage endpoint that is told of each purification, or null
 */
public record ExportSettings(
        ExportForm form,
        @ResultNeutral BomChoice bom,
        @ResultNeutral CardChoice card,
        @ResultNeutral String signingKey,
        @ResultNeutral String mlflowUrl,
        @ResultNeutral String mlflowExperiment,
        @ResultNeutral String mlflowModel,
        @ResultNeutral String openlineageUrl)
        implements Serializable {}
