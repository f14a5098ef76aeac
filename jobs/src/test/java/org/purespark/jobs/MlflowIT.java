// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run in an MLflow server of PyPI's, with SQLite and artifacts below a directory. */
@Tag("deployment")
class MlflowIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_SECONDS = 300;

    @TempDir
    private Path directory;

    private String url;

    @Test
    void aRunIsLoggedOnceWithItsReportsAndAModelVersion() throws Exception {
        PythonEnvironment environment = PythonEnvironment.withMlflowOrSkip();
        TinyCase tiny = TinyCase.in(directory);
        Process server = start(environment);
        try {
            untilItAnswers(server);
            String[] logged = {
                "--set", "export.mlflow-url=" + url,
                "--set", "export.mlflow-experiment=tiny ones",
                "--set", "export.mlflow-model=purified-bert"
            };
            TinyCase.Ended ended = TinyCase.run(tiny.purify("run", logged));
            assertThat(ended.status()).as(ended.err()).isZero();
            JsonNode file = JSON.readTree(tiny.bytes("run/mlflow.json"));
            String id = file.get("runId").asText();
            assertThat(ended.err())
                    .contains("logged to MLflow at " + url + ", experiment tiny ones, as run " + id
                            + " and as version 1 of the model purified-bert");

            JsonNode run = get("runs/get?run_id=" + id).get("run");
            assertThat(run.at("/info/status").asText()).isEqualTo("FINISHED");
            assertThat(run.at("/info/run_name").asText()).isEqualTo("run");
            assertThat(value(run.at("/data/params"), "penalty.lambda").asText()).isEqualTo("0.15");
            assertThat(value(run.at("/data/params"), "input.model").asText()).isEqualTo(tiny.path("model"));
            JsonNode report = JSON.readTree(tiny.bytes("run/report.json"));
            assertThat(value(run.at("/data/metrics"), "purified.accuracy").asDouble())
                    .isEqualTo(report.at("/purified/accuracy").asDouble());
            assertThat(value(run.at("/data/metrics"), "purified.label_flip_rate")
                            .asDouble())
                    .isEqualTo(report.at("/purified/labelFlipRate").asDouble());
            String repair = report.at("/verdict/repair").asText();
            assertThat(value(run.at("/data/tags"), "pure.repair").asText()).isEqualTo(repair);

            Path artifacts = directory
                    .resolve("server/artifacts")
                    .resolve(run.at("/info/experiment_id").asText())
                    .resolve(id)
                    .resolve("artifacts");
            for (String name : List.of("report.html", "report.json", "purified/model.safetensors")) {
                assertThat(artifacts.resolve(name)).hasSameBinaryContentAs(directory.resolve("run/" + name));
            }
            JsonNode version =
                    get("model-versions/get?name=purified-bert&version=1").get("model_version");
            assertThat(version.get("run_id").asText()).isEqualTo(id);
            assertThat(version.get("source").asText()).endsWith("/artifacts/purified");
            assertThat(value(version.get("tags"), "pure.repair").asText()).isEqualTo(repair);

            aVersionOfTheRegistryIsAnInput(tiny);
            aSweepLogsEachOfItsRuns(tiny);
            aVersionOfTheRegistryIsExamined(tiny);

            TinyCase.Ended again = TinyCase.run(tiny.purify("run", logged));
            assertThat(again.status()).as(again.err()).isZero();
            assertThat(again.err()).doesNotContain("MLflow");
        } finally {
            end(server);
        }
    }

    private void aVersionOfTheRegistryIsAnInput(TinyCase tiny) throws IOException {
        TinyCase.Ended ended = baseline(tiny, "models:/purified-bert/1");
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.err()).contains("fetched version 1 of the model purified-bert from MLflow at " + url);
        Path fetched = directory.resolve("second-model/purified-bert-1");
        assertThat(fetched.resolve("model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("run/purified/model.safetensors"));
        assertThat(JSON.readTree(tiny.bytes("second/run.json"))
                        .at("/inputs/model/address")
                        .asText())
                .isEqualTo(fetched.toString());
        assertThat(baseline(tiny, "models:/purified-bert/1").err()).doesNotContain("fetched", "baseline: runs");

        TinyCase.Ended none = baseline(tiny, "models:/purified-bert/7");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err())
                .contains("--model models:/purified-bert/7: MLflow at " + url + " has no such version of a model");
        TinyCase.Ended misspelt = baseline(tiny, "models:/purified-bert");
        assertThat(misspelt.status()).isEqualTo(2);
        assertThat(misspelt.err()).contains("expected models:/NAME/VERSION with the number of a version");
    }

    private void aSweepLogsEachOfItsRuns(TinyCase tiny) throws Exception {
        Files.writeString(
                directory.resolve("suspects.jsonl"),
                "{\"name\":\"ours\",\"model\":\"" + tiny.path("model") + "\"}\n"
                        + "{\"name\":\"registered\",\"model\":\"models:/purified-bert/1\"}\n");
        TinyCase.Ended ended = TinyCase.run(
                "sweep",
                "--manifest",
                tiny.path("suspects.jsonl"),
                "--out",
                tiny.path("sweep"),
                "--train",
                tiny.path("train.tsv"),
                "--validation",
                tiny.path("validation.tsv"),
                "--mode",
                "cluster",
                "--set",
                "text.max-length=48",
                "--set",
                "train.epochs=1",
                "--set",
                "probe.battery=none",
                "--set",
                "export.mlflow-experiment=a sweep",
                "--set",
                "export.mlflow-url=" + url);
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.err()).contains("fetched version 1 of the model purified-bert from MLflow at " + url);
        String experiment = get("experiments/get-by-name?experiment_name=a%20sweep")
                .at("/experiment/experiment_id")
                .asText();
        for (String name : List.of("ours", "registered")) {
            String id = JSON.readTree(tiny.bytes("sweep/runs/" + name + "/seed-11/mlflow.json"))
                    .get("runId")
                    .asText();
            JsonNode run = get("runs/get?run_id=" + id).get("run");
            assertThat(run.at("/info/experiment_id").asText()).isEqualTo(experiment);
            assertThat(run.at("/info/status").asText()).isEqualTo("FINISHED");
        }
        JsonNode record = JSON.readTree(tiny.bytes("sweep/runs/registered/seed-11/run.json"));
        assertThat(record.at("/inputs/model/address").asText()).endsWith("/sweep-models/purified-bert-1");
    }

    private void aVersionOfTheRegistryIsExamined(TinyCase tiny) throws IOException {
        List<String> command = new ArrayList<>(List.of("vet", "--model", "models:/purified-bert/1"));
        command.addAll(List.of("--test", tiny.path("validation.tsv"), "--set", "text.max-length=48"));
        command.addAll(List.of("--set", "vet.budget-texts=200", "--set", "export.mlflow-url=" + url));
        TinyCase.Ended nowhere = TinyCase.run(command.toArray(String[]::new));
        assertThat(nowhere.status()).isEqualTo(2);
        assertThat(nowhere.err())
                .contains("--model models:/purified-bert/1 is of an MLflow registry, and its files are fetched to a"
                        + " directory beside that of --run: give --run DIR");
        command.addAll(List.of("--run", tiny.path("examined")));
        TinyCase.Ended ended = TinyCase.run(command.toArray(String[]::new));
        assertThat(ended.status()).as(ended.err()).isEqualTo(VetCommand.INCONCLUSIVE);
        assertThat(JSON.readTree(tiny.bytes("examined/vet.json"))
                        .at("/subject/model")
                        .asText())
                .endsWith("/examined-model/purified-bert-1");
    }

    private TinyCase.Ended baseline(TinyCase tiny, String model) {
        return TinyCase.run(
                "baseline",
                "--model",
                model,
                "--train",
                tiny.path("train.tsv"),
                "--validation",
                tiny.path("validation.tsv"),
                "--run",
                tiny.path("second"),
                "--set",
                "text.max-length=48",
                "--set",
                "train.epochs=1",
                "--set",
                "export.mlflow-url=" + url);
    }

    private Process start(PythonEnvironment environment) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        url = "http://127.0.0.1:" + port;
        Path home = Files.createDirectories(directory.resolve("server"));
        List<String> command = new ArrayList<>(List.of(environment.mlflowPython(), "-m", "mlflow", "server"));
        command.addAll(List.of("--host", "127.0.0.1", "--port", Integer.toString(port), "--workers", "1"));
        command.addAll(List.of("--backend-store-uri", "sqlite:///" + home.resolve("mlflow.db")));
        command.addAll(
                List.of("--artifacts-destination", home.resolve("artifacts").toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("server.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PYTHON") || name.startsWith("MLFLOW"));
        // workers for jobs of MLflow itself
        builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        return builder.start();
    }

    private void untilItAnswers(Process server) throws Exception {
        for (int second = 0; second < MOST_SECONDS; second++) {
            assertThat(server.isAlive()).as(log()).isTrue();
            try {
                if (send(url + "/health").statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // it opens its port when it has made its tables
            }
            TimeUnit.SECONDS.sleep(1);
        }
        throw new AssertionError("no answer from MLflow after " + MOST_SECONDS + " s: " + log());
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("server/server.log"));
    }

    private JsonNode get(String call) throws Exception {
        HttpResponse<String> response = send(url + "/api/2.0/mlflow/" + call);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static HttpResponse<String> send(String address) throws IOException, InterruptedException {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode value(JsonNode list, String key) {
        for (JsonNode entry : list) {
            if (entry.get("key").asText().equals(key)) {
                return entry.get("value");
            }
        }
        throw new AssertionError("no " + key + " in " + list);
    }

    private static void end(Process server) throws InterruptedException {
        List<ProcessHandle> all = new ArrayList<>(server.descendants().toList());
        server.destroy();
        if (!server.waitFor(20, TimeUnit.SECONDS)) {
            server.destroyForcibly().waitFor();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
