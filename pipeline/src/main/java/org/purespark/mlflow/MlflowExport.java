// SPDX-License-Identifier: Apache-2.0
package org.purespark.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.purespark.config.ExportSettings;
import org.purespark.report.ReportFile;
import org.purespark.run.Fingerprints;
import org.purespark.run.RunDirectory;
import org.purespark.run.RunRecord;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * Logs a complete run to an MLflow tracking server: settings, figures, verdicts, both reports and, where a registered
 * model is named, the purified model as its next version. What has been logged is not logged again.
 */
public final class MlflowExport {
    private static final String EXPERIMENT = "pure-on-spark";

    private final Storage storage;
    private final MlflowServer server;
    private final String experiment;
    private final String model;
    private final Clock clock;
    private final Consumer<String> messages;

    private MlflowExport(
            Storage storage,
            MlflowServer server,
            String experiment,
            String model,
            Clock clock,
            Consumer<String> messages) {
        this.storage = storage;
        this.server = server;
        this.experiment = experiment;
        this.model = model;
        this.clock = clock;
        this.messages = messages;
    }

    /**
     * The export of the settings; calls no server yet.
     *
     * @param environment variables of the process, for who calls
     * @param messages gets a line for what is logged
     * @return empty if no server is named
     * @throws org.purespark.InputException if the address is wrong
     */
    public static Optional<MlflowExport> of(
            Storage storage,
            ExportSettings settings,
            Map<String, String> environment,
            Clock clock,
            Consumer<String> messages) {
        return Optional.ofNullable(settings.mlflowUrl())
                .map(url -> new MlflowExport(
                        storage,
                        MlflowServer.at(url, environment),
                        settings.mlflowExperiment() == null ? EXPERIMENT : settings.mlflowExperiment(),
                        settings.mlflowModel(),
                        clock,
                        messages));
    }

    /**
     * Logs the run, unless the same result has been logged there.
     *
     * @param directory of a run with a report
     * @throws MlflowException if the server does not answer or refuses; a run that was begun there is marked as failed
     */
    public void log(RunDirectory directory) throws IOException {
        ReportFile report = directory.read(RunDirectory.REPORT_JSON, ReportFile.class, ReportFile.SCHEMA);
        String result =
                Fingerprints.digest(storage.readText(directory.file(RunDirectory.REPORT_JSON), FileKind.RUN_FILE));
        if (storage.exists(directory.file(RunDirectory.MLFLOW))
                && directory
                        .read(RunDirectory.MLFLOW, MlflowFile.class, MlflowFile.SCHEMA)
                        .isOf(server.url(), experiment, model, result)) {
            return;
        }
        RunRecord record = directory.record().orElseThrow();
        LoggedRun logged = LoggedRun.of(record, report);
        String id = null;
        try {
            ObjectNode created = create(directory, logged);
            id = created.get("run_id").asText();
            String version =
                    fill(directory, logged, id, created.get("artifact_uri").asText());
            end(id, "FINISHED");
            MlflowFile file = new MlflowFile(MlflowFile.SCHEMA, server.url(), experiment, id, model, version, result);
            directory.publish(RunDirectory.MLFLOW, JsonFiles.indented(file));
            messages.accept("logged to MLflow at " + server.url() + ", experiment " + experiment + ", as run " + id
                    + (version == null ? "" : " and as version " + version + " of the model " + model));
        } catch (MlflowException | IOException failure) {
            markFailed(id, failure);
            throw failure;
        }
    }

    private void markFailed(String id, Exception failure) {
        if (id == null) {
            return;
        }
        try {
            end(id, "FAILED");
        } catch (MlflowException again) {
            failure.addSuppressed(again);
        }
    }

    private ObjectNode create(RunDirectory directory, LoggedRun logged) {
        ObjectNode body = MlflowServer.body()
                .put("experiment_id", experimentId())
                .put("start_time", clock.millis())
                .put("run_name", name(directory));
        LoggedRun.keysAndValues(logged.tags(), body.putArray("tags"));
        return (ObjectNode) server.post("runs/create", body).at("/run/info");
    }

    /** The last name of the run directory; of a sweep also the suspect's. */
    private static String name(RunDirectory directory) {
        String[] parts = directory.address().replaceAll("/+$", "").split("/");
        String last = parts[parts.length - 1];
        return last.startsWith("seed-") && parts.length > 1 ? parts[parts.length - 2] + "/" + last : last;
    }

    private String experimentId() {
        return server.find("experiments/get-by-name", Map.of("experiment_name", experiment))
                .map(found -> found.at("/experiment/experiment_id").asText())
                .orElseGet(() -> server.post(
                                "experiments/create", MlflowServer.body().put("name", experiment))
                        .get("experiment_id")
                        .asText());
    }

    /** @return version of the registered model, or null */
    private String fill(RunDirectory directory, LoggedRun logged, String id, String artifacts) throws IOException {
        if (!artifacts.startsWith(MlflowServer.THROUGH_THE_SERVER)) {
            throw new MlflowException("MLflow at " + server.url() + ", runs/create: the experiment " + experiment
                    + " keeps its artifacts at " + artifacts + ", which only the server's own storage clients reach;"
                    + " name an experiment whose artifacts go through the server (mlflow server --serve-artifacts)"
                    + " with export.mlflow-experiment");
        }
        for (Map<String, String> part : logged.paramParts()) {
            ObjectNode body = MlflowServer.body().put("run_id", id);
            LoggedRun.keysAndValues(part, body.putArray("params"));
            server.post("runs/log-batch", body);
        }
        ObjectNode body = MlflowServer.body().put("run_id", id);
        ArrayNode metrics = body.putArray("metrics");
        long now = clock.millis();
        logged.metrics().forEach((key, value) -> metrics.addObject()
                .put("key", key)
                .put("value", value)
                .put("timestamp", now)
                .put("step", 0));
        server.post("runs/log-batch", body);
        String place = MlflowServer.path(artifacts);
        upload(directory, RunDirectory.REPORT, place);
        upload(directory, RunDirectory.REPORT_JSON, place);
        return model == null ? null : register(directory, logged, id, artifacts, place);
    }

    private String register(RunDirectory directory, LoggedRun logged, String id, String artifacts, String place)
            throws IOException {
        for (String file : storage.fileNamesBelow(directory.file(RunDirectory.PURIFIED))) {
            upload(directory, Storage.child(RunDirectory.PURIFIED, file), place);
        }
        if (server.find("registered-models/get", Map.of("name", model)).isEmpty()) {
            server.post("registered-models/create", MlflowServer.body().put("name", model));
        }
        ObjectNode body = MlflowServer.body()
                .put("name", model)
                .put("source", artifacts + "/" + RunDirectory.PURIFIED)
                .put("run_id", id);
        LoggedRun.keysAndValues(logged.tags(), body.putArray("tags"));
        return server.post("model-versions/create", body)
                .at("/model_version/version")
                .asText();
    }

    private void upload(RunDirectory directory, String file, String place) throws IOException {
        String address = directory.file(file);
        server.upload(place + "/" + file, storage.size(address), () -> {
            try {
                return storage.open(address);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + address, e);
            }
        });
    }

    private void end(String id, String status) {
        server.post(
                "runs/update",
                MlflowServer.body().put("run_id", id).put("status", status).put("end_time", clock.millis()));
    }
}
