// SPDX-License-Identifier: Apache-2.0
package org.purespark.artifact;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.storage.Storage;

/**
 * Finds an artifact's jar in the local Maven repository, and has Maven fetch it where it is not there yet.
 */
public final class MavenArtifact {
    private static final Pattern COORDINATES = Pattern.compile(
            "([A-Za-z0-9_][A-Za-z0-9_.-]*):([A-Za-z0-9_][A-Za-z0-9_.-]*):([A-Za-z0-9_][A-Za-z0-9_.-]*)");

    private static final String GET = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get";

    private final Storage storage;
    private final Path localRepository;
    private final String command;

    /**
     * @param localRepository directory of the local repository
     * @param command Maven's launcher
     */
    public MavenArtifact(Storage storage, Path localRepository, String command) {
        this.storage = storage;
        this.localRepository = localRepository.toAbsolutePath();
        this.command = command;
    }

    /** With {@code mvn} and the repository of the property {@code maven.repo.local}, else {@code ~/.m2/repository}. */
    public static MavenArtifact ofThisMachine(Storage storage) {
        String repository = System.getProperty("maven.repo.local");
        return new MavenArtifact(
                storage,
                repository == null
                        ? Path.of(System.getProperty("user.home"), ".m2", "repository")
                        : Path.of(repository),
                "mvn");
    }

    /**
     * The address of the jar.
     *
     * @param coordinates {@code GROUP:ARTIFACT:VERSION}
     * @throws InputException if these are no coordinates, or Maven cannot get the artifact
     */
    public String resolve(String coordinates) throws IOException {
        var matcher = COORDINATES.matcher(coordinates);
        if (!matcher.matches()) {
            throw new InputException("\"" + coordinates + "\" names no artifact; expected GROUP:ARTIFACT:VERSION");
        }
        String artifact = matcher.group(2);
        String version = matcher.group(3);
        String jar = localRepository
                .resolve(matcher.group(1).replace('.', '/'))
                .resolve(artifact)
                .resolve(version)
                .resolve(artifact + "-" + version + ".jar")
                .toUri()
                .toString();
        if (!storage.exists(jar)) {
            fetch(coordinates);
            if (!storage.exists(jar)) {
                throw new InputException("cannot get " + coordinates + ": Maven ended well, but there is no " + jar);
            }
        }
        return jar;
    }

    private void fetch(String coordinates) throws IOException {
        List<String> line = List.of(
                command,
                "-q",
                "-B",
                GET,
                "-Dartifact=" + coordinates,
                "-Dtransitive=false",
                "-Dmaven.repo.local=" + localRepository);
        Process maven;
        try {
            maven = new ProcessBuilder(line).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new InputException(
                    "cannot get " + coordinates + ": it is not in " + localRepository + " and " + command
                            + " cannot be started; install Maven, or fetch the jar and name its files with --onnx and"
                            + " --tokenizer",
                    e);
        }
        try {
            maven.getOutputStream().close();
            String output = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = maven.waitFor();
            if (status != 0) {
                throw new InputException("cannot get " + coordinates + ": Maven ended with status " + status + ": "
                        + String.join("; ", output.strip().lines().toList()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while Maven was fetching " + coordinates, e);
        } finally {
            maven.destroy();
        }
    }
}
