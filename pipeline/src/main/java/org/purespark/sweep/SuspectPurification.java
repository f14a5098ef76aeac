// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.purespark.heads.HeadScores;
import org.purespark.purify.Purification;
import org.purespark.purify.RunConclusion;
import org.purespark.purify.Surroundings;
import org.purespark.report.Conclusion;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.RepairFile;
import org.purespark.run.lease.DirectoryInUseException;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.storage.Storage;

/** Purifies one suspect and writes its outcome. A failure is an outcome too, and is not thrown. */
public final class SuspectPurification {
    /** File beside the outcome of a failure of the program, not of the input: the place in the program. */
    static final String TRACE = "failure.txt";

    private final PlannedRun planned;
    private final SweepMode mode;
    private final int attempt;
    private final Clock clock;
    private final Instant start;

    /** @param attempt in this sweep, from 1 */
    public SuspectPurification(PlannedRun planned, SweepMode mode, int attempt, Clock clock) {
        this.planned = planned;
        this.mode = mode;
        this.attempt = attempt;
        this.clock = clock;
        this.start = clock.instant();
    }

    /**
     * Purifies in the run directory, and continues from what is there.
     *
     * @throws IOException if the outcome cannot be written
     */
    public SuspectResult run(Surroundings surroundings) throws IOException {
        SuspectRun run = planned.run();
        SuspectResult result;
        try {
            new Purification(surroundings, run.settings(), LeaseTimes.OF_SWEEPS).purify(run.inputs(), run.directory());
            result = done(surroundings.storage());
        } catch (DirectoryInUseException e) {
            // its files are the other process's
            return failedUnwritten(e);
        } catch (Exception | OutOfMemoryError | StackOverflowError | LinkageError e) {
            return failed(surroundings.storage(), e);
        }
        surroundings.storage().delete(Storage.child(run.directory(), TRACE));
        write(surroundings.storage(), result);
        return result;
    }

    /**
     * Records a failure, also one that ended {@link #run} from outside, such as a lost executor.
     *
     * @throws IOException if the outcome cannot be written
     */
    public SuspectResult failed(Storage storage, Throwable thrown) throws IOException {
        SuspectResult result = failedUnwritten(thrown);
        if (result.failure() == SuspectResult.Failure.FAILED) {
            storage.replace(Storage.child(planned.run().directory(), TRACE), FailureReport.trace(thrown));
        }
        write(storage, result);
        return result;
    }

    /** The same, but writes nothing. */
    public SuspectResult failedUnwritten(Throwable thrown) {
        FailureReport report = FailureReport.of(thrown);
        Instant end = clock.instant();
        return new SuspectResult(
                SuspectResult.SCHEMA,
                planned.run().name(),
                planned.run().seed(),
                SuspectResult.Status.FAILED,
                report.failure(),
                report.message(),
                null,
                null,
                null,
                null,
                null,
                null,
                SuspectResult.ModelRates.UNKNOWN,
                SuspectResult.ModelRates.UNKNOWN,
                SuspectResult.ModelRates.UNKNOWN,
                null,
                null,
                Map.of(),
                seconds(end),
                planned.key().fingerprint(),
                attempt,
                mode,
                end.toString());
    }

    private SuspectResult done(Storage storage) throws IOException {
        RunDirectory run = RunDirectory.inspect(storage, planned.run().directory(), clock);
        MetricsFile metrics = run.read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA);
        RepairFile repair = run.read(RunDirectory.REPAIR, RepairFile.class, RepairFile.SCHEMA);
        Conclusion conclusion = RunConclusion.of(storage, run);
        Map<String, Double> stageSeconds = new LinkedHashMap<>();
        for (StageName stage : StageName.values()) {
            run.table().entry(stage).ifPresent(entry -> stageSeconds.put(stage.text(), entry.seconds()));
        }
        Instant end = clock.instant();
        return new SuspectResult(
                SuspectResult.SCHEMA,
                planned.run().name(),
                planned.run().seed(),
                SuspectResult.Status.DONE,
                null,
                null,
                metrics.measure(),
                metrics.target(),
                metrics.targetName(),
                conclusion.judged().orElseThrow().attack().kind(),
                conclusion.judged().orElseThrow().repair().outcome(),
                conclusion.examination().map(Conclusion.Examination::verdict).orElse(null),
                SuspectResult.ModelRates.of(metrics.suspect()),
                SuspectResult.ModelRates.of(metrics.baseline()),
                SuspectResult.ModelRates.of(metrics.purified()),
                repair.prunedHeads(),
                repair.usesHeadSearch() ? Integer.valueOf(heads(run)) : null,
                stageSeconds,
                seconds(end),
                planned.key().fingerprint(),
                attempt,
                mode,
                end.toString());
    }

    /** L · A. */
    private static int heads(RunDirectory run) throws IOException {
        HeadScores scores = run.read(RunDirectory.HEAD_SCORES, HeadScoresFile.class, HeadScoresFile.SCHEMA)
                .measured();
        return scores.layers() * scores.heads();
    }

    private double seconds(Instant end) {
        return (end.toEpochMilli() - start.toEpochMilli()) / 1000.0;
    }

    private void write(Storage storage, SuspectResult result) throws IOException {
        storage.makeDirectory(planned.run().directory());
        new JsonFiles(storage)
                .write(
                        Storage.child(planned.run().directory(), SuspectRun.OUTCOME),
                        new SuspectOutcome(SuspectOutcome.SCHEMA, result, planned.key()));
    }
}
