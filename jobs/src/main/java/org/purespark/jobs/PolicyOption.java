// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.purespark.Shown;
import org.purespark.policy.Policy;
import org.purespark.policy.PolicyReader;
import org.purespark.policy.Violation;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.storage.Storage;
import org.purespark.vet.VetReport;
import picocli.CommandLine.Option;

/** The demands that a command's result is held against. */
final class PolicyOption {
    /** The exit status where a demand is not met. */
    static final int VIOLATED = 3;

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description =
                    "Demands on the result, in HOCON (docs/exports.md). Ends with 3 where one is not met, and names"
                            + " it.")
    private String file;

    /**
     * The policy; empty without the option.
     *
     * @throws org.purespark.InputException if it cannot be read
     */
    Optional<Policy> read(Storage storage) throws IOException {
        return file == null ? Optional.empty() : Optional.of(PolicyReader.read(storage, file));
    }

    /**
     * Holds what a run directory has against the policy.
     *
     * @param err gets a line for each violation, and for each part of the policy for which there is no result
     * @return 0 if all demands are met, else {@link #VIOLATED}
     */
    int judge(Policy policy, Storage storage, String run, PrintWriter err) throws IOException {
        Optional<MetricsFile> metrics = storage.exists(Storage.child(run, RunDirectory.METRICS))
                ? Optional.of(new JsonFiles(storage)
                        .read(Storage.child(run, RunDirectory.METRICS), MetricsFile.class, MetricsFile.SCHEMA))
                : Optional.empty();
        Optional<VetReport> report = storage.exists(Storage.child(run, VetReport.FILE))
                ? Optional.of(VetReport.read(storage, run))
                : Optional.empty();
        return judge(policy, metrics, report, err);
    }

    /** The same for results at hand. */
    int judge(Policy policy, Optional<MetricsFile> metrics, Optional<VetReport> report, PrintWriter err) {
        Set<String> parts = policy.notJudged(metrics, report);
        if (!parts.isEmpty()) {
            err.println(
                    "pure: there is no result for the parts of the policy " + file + ": " + String.join(", ", parts));
        }
        List<Violation> violations = policy.judge(metrics, report);
        violations.forEach(violation ->
                err.println("pure: the policy " + file + " is violated: " + Shown.oneLine(violation.toString())));
        err.flush();
        return violations.isEmpty() ? 0 : VIOLATED;
    }
}
