// SPDX-License-Identifier: Apache-2.0
package org.purespark.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.config.ExportSettings;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * A version of a model in an MLflow registry, {@code models:/NAME/VERSION}, as an input. What lies behind the server is
 * copied to where Spark's processes read it; what lies on a file system of theirs is read there.
 *
 * @param name of the model
 * @param version its number
 */
public record RegisteredModel(String name, String version) {
    private static final Pattern ADDRESS = Pattern.compile("models:/+([^/]+)/([0-9]+)/?");
    private static final String SCHEME = "models:";
    private static final Pattern READABLE = Pattern.compile("(file|hdfs|s3a|gs|abfss?):.*|/.*");

    /** Whether the address is one of a registry. */
    public static boolean isNamedBy(String address) {
        return address.startsWith(SCHEME);
    }

    /**
     * The model that an address names.
     *
     * @throws InputException if it is not of the form {@code models:/NAME/VERSION}
     */
    public static RegisteredModel of(String address) {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            throw new InputException("--model " + address
                    + ": expected models:/NAME/VERSION with the number of a version," + " such as models:/reviews/3");
        }
        return new RegisteredModel(parts.group(1), parts.group(2));
    }

    /**
     * The address of the model's files; fetches them if they lie behind the server, once.
     *
     * @param settings name the server; without it {@code MLFLOW_TRACKING_URI} does
     * @param environment variables of the process
     * @param place address of a directory to fetch into
     * @param messages gets a line for a model that is fetched
     * @throws InputException if no server is named, or it has no such version
     * @throws MlflowException if the server does not answer or refuses
     */
    public String fetch(
            Storage storage,
            ExportSettings settings,
            Map<String, String> environment,
            String place,
            Consumer<String> messages)
            throws IOException {
        String url = settings.mlflowUrl() == null ? environment.get("MLFLOW_TRACKING_URI") : settings.mlflowUrl();
        if (url == null) {
            throw new InputException("--model models:/" + name + "/" + version
                    + " is of an MLflow registry: name its server with export.mlflow-url, or MLFLOW_TRACKING_URI");
        }
        MlflowServer server = MlflowServer.at(url, environment);
        String source = server.find("model-versions/get-download-uri", Map.of("name", name, "version", version))
                .map(found -> found.get("artifact_uri").asText())
                .orElseThrow(() -> new InputException("--model models:/" + name + "/" + version + ": MLflow at " + url
                        + " has no such version of a model"));
        if (source.startsWith("s3://")) {
            return source.replaceFirst("s3:", "s3a:");
        }
        if (READABLE.matcher(source).matches()) {
            return source;
        }
        if (!source.startsWith(MlflowServer.THROUGH_THE_SERVER)) {
            throw new InputException("--model models:/" + name + "/" + version + " lies at " + source
                    + ", which is read neither through the server nor by Hadoop: give a directory with --model");
        }
        return copied(storage, server, MlflowServer.path(source), place, messages);
    }

    private String copied(Storage storage, MlflowServer server, String source, String place, Consumer<String> messages)
            throws IOException {
        String directory = Storage.child(place, name + "-" + version);
        String made = directory + ".from";
        String from = server.url() + "/" + source + "\n";
        if (storage.exists(made) && storage.readText(made, FileKind.RUN_FILE).equals(from)) {
            return directory;
        }
        storage.delete(directory);
        List<String> files = files(server, source, "");
        if (files.isEmpty()) {
            throw new InputException("--model models:/" + name + "/" + version + ": MLflow at " + server.url()
                    + " has no files of it at " + source);
        }
        for (String file : files) {
            try (InputStream content = server.download(source + "/" + file)) {
                storage.write(Storage.child(directory, file), content::transferTo);
            }
        }
        storage.replace(made, from);
        messages.accept("fetched version " + version + " of the model " + name + " from MLflow at " + server.url()
                + ": " + files.size() + " files in " + directory);
        return directory;
    }

    private static List<String> files(MlflowServer server, String source, String below) {
        List<String> files = new ArrayList<>();
        for (JsonNode entry : server.list(below.isEmpty() ? source : source + "/" + below)) {
            String named = entry.get("path").asText();
            if (named.isEmpty()
                    || named.startsWith("/")
                    || List.of(named.split("/")).contains("..")) {
                throw new MlflowException("MLflow at " + server.url() + ", list of the artifacts " + source
                        + ": has a file called '" + Shown.oneLine(named) + "', which is no name below it");
            }
            String file = below + named;
            if (entry.get("is_dir").asBoolean()) {
                files.addAll(files(server, source, file + "/"));
            } else {
                files.add(file);
            }
        }
        return files;
    }
}
