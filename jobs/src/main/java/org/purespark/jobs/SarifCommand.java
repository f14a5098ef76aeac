// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.purespark.sarif.SarifLog;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;
import org.purespark.vet.VetReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "sarif",
        description = "Prints the vet.json of a directory in SARIF 2.1.0, which code scanners read (docs/exports.md).")
final class SarifCommand implements Callable<Integer> {
    @Option(names = "--run", paramLabel = "DIR", required = true, description = "The directory that holds vet.json.")
    private String run;

    @Option(names = "--out", paramLabel = "FILE", description = "Write it there instead.")
    private String file;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Storage storage = SparkWork.storageWithoutSpark();
        String log = SarifLog.of(VetReport.read(storage, run));
        if (file == null) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(log);
            out.flush();
        } else {
            OutputPlaces.ofFile("--out", file)
                    .requireApart(storage, Map.of("--run", Storage.child(run, VetReport.FILE)));
            storage.replace(file, log);
        }
        return 0;
    }
}
