// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
    @TempDir
    private Path directory;

    private final List<String> compiled = new ArrayList<>();

    private byte[] compile(String architecture) {
        compiled.add(architecture);
        return new byte[] {1, 2, (byte) compiled.size()};
    }

    @Test
    void eachArchitectureAndCompilerIsCompiledOnce() throws IOException {
        KernelCache cache = new KernelCache(directory.resolve("made/by/it"));
        byte[] first = cache.kernels("sm_90", "12.9", this::compile);
        assertThat(cache.kernels("sm_90", "12.9", this::compile)).isEqualTo(first);
        cache.kernels("sm_80", "12.9", this::compile);
        cache.kernels("sm_90", "13.0", this::compile);
        assertThat(compiled).containsExactly("sm_90", "sm_80", "sm_90");
        try (var files = Files.list(cache.directory())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "sm_80-12.9-" + KernelSources.digest() + ".cubin",
                            "sm_90-12.9-" + KernelSources.digest() + ".cubin",
                            "sm_90-13.0-" + KernelSources.digest() + ".cubin");
        }
    }

    @Test
    void withoutADirectoryEachTaskCompiles() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        KernelCache cache = new KernelCache(file.resolve("kernels"));
        assertThat(cache.kernels("sm_90", "12.9", this::compile)).containsExactly(1, 2, 1);
        assertThat(cache.kernels("sm_90", "12.9", this::compile)).containsExactly(1, 2, 2);
        assertThat(file).hasContent("in the way");
    }

    @Test
    void theDirectoryIsInTheUsersCache() {
        assertThat(KernelCache.ofUser(name -> null, "/home/u").directory())
                .isEqualTo(Path.of("/home/u/.cache/pure-on-spark/kernels"));
        assertThat(KernelCache.ofUser(Map.of("XDG_CACHE_HOME", "/cache")::get, "/home/u")
                        .directory())
                .isEqualTo(Path.of("/cache/pure-on-spark/kernels"));
    }
}
