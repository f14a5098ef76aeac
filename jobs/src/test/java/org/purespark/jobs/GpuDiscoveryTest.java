// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/gpu/discover} with a stand-in for {@code nvidia-smi}. */
class GpuDiscoveryTest {
    private static final Path SCRIPT = Path.of("").toAbsolutePath().getParent().resolve("deploy/gpu/discover");

    @TempDir
    private Path directory;

    private Path commands;

    private record Ended(int status, String out, String err) {}

    @BeforeEach
    void setUp() throws IOException {
        commands = Files.createDirectory(directory.resolve("bin"));
        for (String name : new String[] {"grep", "uname"}) {
            command(name, "exec /usr/bin/" + name + " \"$@\"");
        }
    }

    @Test
    void tellsSparkTheIndexesOfAllGpus() throws Exception {
        nvidiaSmi("printf '0\\n1\\n'");
        Ended ended = discover(Map.of());
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out()).isEqualTo("{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}\n");
        ResourceInformation parsed = ResourceInformation.parseJson(ended.out());
        assertThat(parsed.name()).isEqualTo("gpu");
        assertThat(parsed.addresses()).containsExactly("0", "1");
    }

    @Test
    void countsFromZeroWhatCudaIsAllowedToSee() throws Exception {
        nvidiaSmi("printf '0\\n1\\n2\\n3\\n'");
        Ended ended = discover(Map.of("CUDA_VISIBLE_DEVICES", "2,3"));
        assertThat(ResourceInformation.parseJson(ended.out()).addresses()).containsExactly("0", "1");
    }

    @Test
    void saysThatNvidiaSmiIsMissing() throws Exception {
        assertFailed("there is no nvidia-smi in PATH (" + commands + "): install NVIDIA's driver");
    }

    @Test
    void saysWhatNvidiaSmiSaid() throws Exception {
        nvidiaSmi("echo \"couldn't communicate with the NVIDIA driver\"; exit 9");
        assertFailed("nvidia-smi failed on ", ": couldn't communicate with the NVIDIA driver");
    }

    @Test
    void saysThatThereIsNoGpu() throws Exception {
        nvidiaSmi("echo 'No devices were found'");
        assertFailed("nvidia-smi lists no GPU on ", ": No devices were found");
    }

    private void assertFailed(String... parts) throws Exception {
        Ended ended = discover(Map.of());
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).startsWith("discover: ").contains(parts);
    }

    private void nvidiaSmi(String body) throws IOException {
        command("nvidia-smi", body);
    }

    private void command(String name, String body) throws IOException {
        Path command = commands.resolve(name);
        Files.writeString(command, "#!/bin/sh\n" + body + "\n", StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Ended discover(Map<String, String> environment) throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder("/usr/bin/bash", SCRIPT.toString())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", commands.toString());
        builder.environment().putAll(environment);
        int status = builder.start().waitFor();
        return new Ended(status, Files.readString(out), Files.readString(err));
    }
}
