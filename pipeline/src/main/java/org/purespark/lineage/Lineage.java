// SPDX-License-Identifier: Apache-2.0
package org.purespark.lineage;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.Storage;

/**
 * Tells an OpenLineage endpoint of one run: that it starts, and that it is complete or has failed, with what it reads
 * and what it writes. An endpoint that does not answer is said, and is no failure of the run.
 */
public final class Lineage {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final int LONGEST_ANSWER = 200;
    private static final int LONGEST_MESSAGE = 2000;

    private final Storage storage;
    private final URI endpoint;
    private final Optional<String> key;
    private final String version;
    private final Clock clock;
    private final Consumer<String> messages;
    private final UUID run = UUID.randomUUID();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    private Lineage(
            Storage storage,
            URI endpoint,
            Optional<String> key,
            String version,
            Clock clock,
            Consumer<String> messages) {
        this.storage = storage;
        this.endpoint = endpoint;
        this.key = key;
        this.version = version;
        this.clock = clock;
        this.messages = messages;
    }

    /**
     * The lineage of one run; calls nothing yet.
     *
     * @param url of the endpoint, or null for none
     * @param environment {@code OPENLINEAGE_API_KEY} is who calls
     * @param version of this program
     * @param messages gets a line where the endpoint does not answer or refuses
     * @return empty without an endpoint
     * @throws InputException if the address is wrong
     */
    public static Optional<Lineage> of(
            Storage storage,
            String url,
            Map<String, String> environment,
            String version,
            Clock clock,
            Consumer<String> messages) {
        return Optional.ofNullable(url)
                .map(address -> new Lineage(
                        storage,
                        endpoint(address),
                        Optional.ofNullable(environment.get("OPENLINEAGE_API_KEY")),
                        version,
                        clock,
                        messages));
    }

    private static URI endpoint(String url) {
        try {
            URI address = URI.create(url);
            if (address.getHost() != null
                    && address.getUserInfo() == null
                    && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw new InputException("export.openlineage-url is no URL (" + e.getMessage() + ")", e);
        }
        throw new InputException("export.openlineage-url is no address of an endpoint: give http://HOST:PORT/PATH or"
                + " https://HOST/PATH, such as http://marquez:5000/api/v1/lineage, without user and password");
    }

    /**
     * What a run reads and writes.
     *
     * @param directory address of the run directory
     * @param inputs addresses by name
     * @param digests of the inputs' contents, by name; empty where they are not known yet
     * @param outputs addresses by name
     */
    public record Data(
            String directory, Map<String, String> inputs, Map<String, String> digests, Map<String, String> outputs) {
        public Data {
            inputs = Map.copyOf(inputs);
            digests = Map.copyOf(digests);
            outputs = Map.copyOf(outputs);
        }
    }

    public void start(Data data) throws IOException {
        send(event(LineageEvent.Type.START, data, Optional.empty()));
    }

    public void complete(Data data) throws IOException {
        send(event(LineageEvent.Type.COMPLETE, data, Optional.empty()));
    }

    /** @param message of the failure */
    public void fail(Data data, String message) throws IOException {
        String line = Shown.oneLine(message);
        send(event(
                LineageEvent.Type.FAIL,
                data,
                Optional.of(line.substring(0, Math.min(LONGEST_MESSAGE, line.length())))));
    }

    private LineageEvent event(LineageEvent.Type type, Data data, Optional<String> error) throws IOException {
        return new LineageEvent(
                type,
                clock.instant(),
                run,
                storage.qualified(data.directory()),
                absolute(data.inputs()),
                new TreeMap<>(data.digests()),
                absolute(data.outputs()),
                version,
                error);
    }

    private SortedMap<String, String> absolute(Map<String, String> addresses) throws IOException {
        SortedMap<String, String> all = new TreeMap<>();
        for (Map.Entry<String, String> entry : addresses.entrySet()) {
            all.put(entry.getKey(), storage.qualified(entry.getValue()));
        }
        return all;
    }

    private void send(LineageEvent event) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .timeout(CALL)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(event.json().toString()));
        key.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        String what = "OpenLineage at " + endpoint + ", event " + event.type() + ": ";
        try {
            HttpResponse<String> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (response.statusCode() < 200 || response.statusCode() >= 300) {
                String answer = Shown.oneLine(response.body().strip());
                messages.accept("not told to " + what + "answered with status " + response.statusCode() + " "
                        + answer.substring(0, Math.min(LONGEST_ANSWER, answer.length()))
                        + "; see export.openlineage-url and OPENLINEAGE_API_KEY. The run goes on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + what + "is sent", e);
        } catch (IOException e) {
            messages.accept("not told to " + what + "no answer ("
                    + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
                    + "); see that the endpoint runs and export.openlineage-url names it. The run goes on");
        }
    }
}
