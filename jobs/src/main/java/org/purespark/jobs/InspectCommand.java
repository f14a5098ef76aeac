// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.purespark.InputException;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.inspect.Inspection;
import org.purespark.inspect.InspectionReport;
import org.purespark.inspect.InspectionText;
import org.purespark.run.artifact.JsonFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "inspect",
        description = "Says what a model's directory holds, what is odd about it, and whether a run would refuse it;"
                + " loads and executes nothing. Ends with 0 if it would be read, 2 if it would be refused.")
final class InspectCommand implements Callable<Integer> {
    private enum Format {
        TEXT,
        JSON
    }

    @Parameters(paramLabel = "MODEL", description = "Hugging Face directory.")
    private String model;

    @Option(
            names = "--base-model",
            paramLabel = "DIR",
            description = "Hugging Face directory of the base model, if MODEL is a LoRA adapter (PEFT).")
    private String baseModel;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text (the default), or json with every tensor (docs/inspect.schema.json).")
    private Format format;

    @Option(names = "--json", description = "The same as --format json.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (json && format == Format.TEXT) {
            throw new InputException("--json and --format text contradict each other: give one of them");
        }
        InspectionReport report =
                Inspection.of(SparkWork.storageWithoutSpark(), new ModelAddress(model, null, baseModel));
        PrintWriter out = spec.commandLine().getOut();
        switch (json || format == Format.JSON ? Format.JSON : Format.TEXT) {
            case TEXT -> out.println(InspectionText.of(report));
            case JSON -> out.print(JsonFiles.indented(report));
        }
        out.flush();
        return report.verdict() == InspectionReport.Verdict.ACCEPTED ? 0 : Failures.WRONG_INPUT;
    }
}
