// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import org.apache.spark.SparkConf;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.config.ResolvedSettings;
import org.purespark.mlflow.RegisteredModel;
import org.purespark.purify.Inputs;
import org.purespark.storage.Storage;

/** What a command would use: settings, inputs, and the memory that its model needs. */
final class DryRun {
    private DryRun() {}

    static void print(ResolvedSettings settings, Inputs inputs, Storage storage, PrintWriter out) throws IOException {
        for (String key : settings.values().keySet()) {
            out.println(settings.describe(key));
        }
        for (var input : inputs.given().entrySet()) {
            if (!RegisteredModel.isNamedBy(input.getValue()) && !storage.exists(input.getValue())) {
                throw new InputException("--" + input.getKey() + ": there is no " + input.getValue());
            }
            out.println("input " + input.getKey() + " = " + input.getValue());
        }
        if (inputs.model()
                .filter(address -> !RegisteredModel.isNamedBy(address))
                .isPresent()) {
            Checkpoint checkpoint = new CheckpointReader(storage).read(inputs.modelAddress());
            TaskProcess process = TaskProcess.of(new SparkConf(), Machine.ofThisProcess());
            TrainingMemory memory = TrainingMemory.of(checkpoint.encoder(), settings.settings(), process);
            out.println("training: " + memory.describe());
            out.println("training fits with: -- " + memory.options());
        }
        out.flush();
    }
}
