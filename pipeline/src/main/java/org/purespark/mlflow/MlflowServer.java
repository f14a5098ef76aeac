// SPDX-License-Identifier: Apache-2.0
package org.purespark.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * The REST interface of an MLflow tracking server, version 2.0 of its API, which MLflow 2 and 3 have. Who calls is told
 * by MLflow's own environment variables: {@code MLFLOW_TRACKING_TOKEN}, or {@code MLFLOW_TRACKING_USERNAME} and
 * {@code MLFLOW_TRACKING_PASSWORD}; no setting and no file holds them.
 */
final class MlflowServer {
    /** Of addresses of artifacts that the server hands on. */
    static final String THROUGH_THE_SERVER = "mlflow-artifacts:";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String API = "/api/2.0/mlflow/";
    private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/";
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration CALL = Duration.ofSeconds(60);
    private static final Duration UPLOAD = Duration.ofMinutes(30);
    private static final String LOG_IN = "; set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and"
            + " MLFLOW_TRACKING_PASSWORD, to an account that may write";

    private static final int LONGEST_ANSWER = 300;

    private final String url;
    private final Optional<String> authorization;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    private MlflowServer(String url, Optional<String> authorization) {
        this.url = url;
        this.authorization = authorization;
    }

    /**
     * Calls nothing yet.
     *
     * @param url {@code http://HOST:PORT} or {@code https://…}, of the setting {@code export.mlflow-url}
     * @param environment variables of the process
     * @throws InputException if it is no such address, or holds a password
     */
    static MlflowServer at(String url, Map<String, String> environment) {
        URI address;
        try {
            address = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new InputException("export.mlflow-url=" + url + " is no URL (" + e.getMessage() + ")", e);
        }
        if (address.getHost() == null || !("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
            throw new InputException(
                    "export.mlflow-url=" + url + " is no address of a server: give http://HOST:PORT or https://HOST");
        }
        if (address.getUserInfo() != null) {
            throw new InputException("export.mlflow-url holds a password, and settings are kept in the run directory:"
                    + " give it by MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD");
        }
        return new MlflowServer(url.replaceAll("/+$", ""), authorization(environment));
    }

    private static Optional<String> authorization(Map<String, String> environment) {
        String token = environment.get("MLFLOW_TRACKING_TOKEN");
        if (token != null) {
            return Optional.of("Bearer " + token);
        }
        String user = environment.get("MLFLOW_TRACKING_USERNAME");
        String password = environment.get("MLFLOW_TRACKING_PASSWORD");
        return user == null || password == null
                ? Optional.empty()
                : Optional.of("Basic "
                        + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)));
    }

    String url() {
        return url;
    }

    static ObjectNode body() {
        return JSON.createObjectNode();
    }

    /** @throws MlflowException unless the server answers with success */
    JsonNode post(String call, ObjectNode body) {
        return answer(call, send(call, json(call).POST(content(body)).build()));
    }

    /**
     * Asks for something that may not be there.
     *
     * @return empty if the server says that there is none
     * @throws MlflowException on any other failure
     */
    Optional<JsonNode> find(String call, Map<String, String> query) {
        String parameters = query.entrySet().stream()
                .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
        HttpResponse<String> response =
                send(call, request(API + call + "?" + parameters, CALL).GET().build());
        return isAbsent(response) ? Optional.empty() : Optional.of(answer(call, response));
    }

    /**
     * Uploads a file through the server.
     *
     * @param path of the artifact, with {@code /} between names
     * @param bytes that {@code content} has
     */
    void upload(String path, long bytes, Supplier<InputStream> content) {
        String call = "PUT of the artifact " + path;
        BodyPublisher body = bytes == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(content), bytes);
        HttpRequest request = request(ARTIFACTS + encodedPath(path), UPLOAD)
                .header("Content-Type", "application/octet-stream")
                .PUT(body)
                .build();
        answer(call, send(call, request));
    }

    /** The path of an artifact of the server in its address, which begins with {@link #THROUGH_THE_SERVER}. */
    static String path(String address) {
        return address.substring(THROUGH_THE_SERVER.length())
                .replaceFirst("^//[^/]*", "")
                .replaceFirst("^/+", "");
    }

    /** The artifacts below a path, by {@code path} from there, {@code is_dir} and {@code file_size}. */
    JsonNode list(String path) {
        String call = "list of the artifacts " + path;
        String query = ARTIFACTS.replaceFirst("/$", "") + "?path=" + encoded(path);
        return answer(call, send(call, request(query, CALL).GET().build())).path("files");
    }

    /**
     * The content of an artifact.
     *
     * @throws MlflowException unless the server answers with success
     */
    InputStream download(String path) {
        String call = "GET of the artifact " + path;
        HttpRequest request =
                request(ARTIFACTS + encodedPath(path), UPLOAD).GET().build();
        HttpResponse<InputStream> response = send(call, request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new MlflowException("MLflow at " + url + ", " + call + ": answered with status "
                    + response.statusCode() + wayOut(response.statusCode()));
        }
        return response.body();
    }

    private HttpRequest.Builder json(String call) {
        return request(API + call, CALL).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder request(String path, Duration timeout) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(timeout);
        authorization.ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    private static BodyPublisher content(ObjectNode body) {
        return BodyPublishers.ofString(body.toString());
    }

    private HttpResponse<String> send(String call, HttpRequest request) {
        return send(call, request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private <T> HttpResponse<T> send(String call, HttpRequest request, HttpResponse.BodyHandler<T> body) {
        try {
            return client.send(request, body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MlflowException("MLflow at " + url + ", " + call + ": interrupted", e);
        } catch (IOException e) {
            throw new MlflowException(
                    "MLflow at " + url + ", " + call + ": no answer (" + reason(e)
                            + "); see that the server runs and export.mlflow-url names it",
                    e);
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static boolean isAbsent(HttpResponse<String> response) {
        return response.statusCode() == 404 && response.body().contains("RESOURCE_DOES_NOT_EXIST");
    }

    private JsonNode answer(String call, HttpResponse<String> response) {
        int status = response.statusCode();
        if (status < 200 || status >= 300) {
            throw new MlflowException("MLflow at " + url + ", " + call + ": answered with status " + status + ", "
                    + brief(response.body()) + wayOut(status));
        }
        try {
            return response.body().isBlank() ? body() : JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new MlflowException(
                    "MLflow at " + url + ", " + call + ": answered with what is no JSON, " + brief(response.body())
                            + "; see that export.mlflow-url names an MLflow server",
                    e);
        }
    }

    private static String brief(String body) {
        String line = Shown.oneLine(body.strip());
        return line.isEmpty() ? "without words" : line.substring(0, Math.min(LONGEST_ANSWER, line.length()));
    }

    private static String wayOut(int status) {
        return switch (status) {
            case 401, 403 -> LOG_IN;
            case 404, 405 -> "; see that export.mlflow-url names an MLflow server, without a path behind it";
            case 413 -> "; the server, or a proxy before it, takes no files of this size";
            default -> status >= 500 ? "; see the server's log" : "; see the server's answer";
        };
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String encodedPath(String path) {
        return Arrays.stream(path.split("/")).map(MlflowServer::encoded).collect(Collectors.joining("/"));
    }
}
