// SPDX-License-Identifier: Apache-2.0
package org.purespark.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.storage.Storage;

class MavenArtifactTest {
    private static final String COORDINATES = "org.example:small-model:1.2";

    @TempDir
    Path temporary;

    private Path jar;

    @BeforeEach
    void place() {
        jar = temporary.resolve("repository/org/example/small-model/1.2/small-model-1.2.jar");
    }

    @Test
    void aJarInTheLocalRepositoryIsTakenWithoutMaven() throws IOException {
        Files.createDirectories(jar.getParent());
        Files.writeString(jar, "");
        assertThat(artifact("no-such-command").resolve(COORDINATES))
                .isEqualTo(jar.toUri().toString());
    }

    @Test
    void mavenFetchesWhatIsAbsentIntoTheSameRepository() throws IOException {
        Path said = temporary.resolve("said");
        String maven = script("echo \"$@\" > " + said + "\nmkdir -p " + jar.getParent() + "\ntouch " + jar);
        assertThat(artifact(maven).resolve(COORDINATES)).isEqualTo(jar.toUri().toString());
        assertThat(Files.readString(said))
                .contains("-Dartifact=org.example:small-model:1.2 -Dtransitive=false")
                .contains("-Dmaven.repo.local=" + temporary.resolve("repository"));
    }

    @Test
    void mavensOwnWordsArePassedOn() throws IOException {
        String maven = script("echo out\necho 'no such artifact' >&2\nexit 3");
        assertThatThrownBy(() -> artifact(maven).resolve(COORDINATES))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot get org.example:small-model:1.2: Maven ended with status 3: out; no such artifact");
    }

    @Test
    void aMavenThatBringsNothingIsNotBelieved() throws IOException {
        String maven = script("exit 0");
        assertThatThrownBy(() -> artifact(maven).resolve(COORDINATES))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Maven ended well, but there is no " + jar.toUri());
    }

    @Test
    void aMissingMavenIsNamedWithTheWayOut() {
        assertThatThrownBy(() -> artifact("no-such-command").resolve(COORDINATES))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no-such-command cannot be started; install Maven, or fetch the jar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "a:b:c:d", "a:..:1", "a:b:../1", "a b:c:1", "-Dx:y:1"})
    void whatIsNoCoordinatesIsRefused(String coordinates) {
        assertThatThrownBy(() -> artifact("mvn").resolve(coordinates))
                .isInstanceOf(InputException.class)
                .hasMessage("\"" + coordinates + "\" names no artifact; expected GROUP:ARTIFACT:VERSION");
    }

    private MavenArtifact artifact(String command) {
        return new MavenArtifact(new Storage(new Configuration(false)), temporary.resolve("repository"), command);
    }

    private String script(String body) throws IOException {
        Path script = temporary.resolve("mvn");
        Files.writeString(script, "#!/bin/sh\n" + body + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script.toString();
    }
}
