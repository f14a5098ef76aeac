// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Settings of DJL's tokenizers, to be made before their classes load: no network, the native library from the jar, and
 * a writable directory to unpack it. A setting that the user has made, as an environment variable or a system property,
 * stays.
 */
final class NativeTokenizers {
    private NativeTokenizers() {}

    /** Makes the settings that the user has not made; a second call changes nothing. */
    static synchronized void configure() throws IOException {
        // Either of the two stops DJL's telemetry call; the first stops every download too.
        setDefault("ai.djl.offline", "true", "DJL_OFFLINE");
        setDefault("OPT_OUT_TRACKING", "true", "OPT_OUT_TRACKING");
        // The jar has the library for CPUs. On a machine with a GPU, DJL would look for another one to download.
        setDefault("RUST_FLAVOR", "cpu", "RUST_FLAVOR");
        if (!isSet("DJL_CACHE_DIR") && !isSet("ENGINE_CACHE_DIR")) {
            Path cache = Path.of(System.getProperty("user.home"), ".djl.ai");
            if (!canUnpackIn(cache)) {
                // A directory for this process only: into a shared one another user could put a library.
                System.setProperty(
                        "ENGINE_CACHE_DIR",
                        Files.createTempDirectory("djl-tokenizers-").toString());
            }
        }
    }

    /** Whether DJL can unpack into {@code tokenizers} below {@code cache}. Makes the directory if it is missing. */
    static boolean canUnpackIn(Path cache) {
        Path engine = cache.resolve("tokenizers");
        try {
            Files.createDirectories(engine);
        } catch (IOException e) {
            return false;
        }
        return Files.isWritable(engine);
    }

    private static void setDefault(String property, String value, String variable) {
        if (System.getenv(variable) == null && System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static boolean isSet(String name) {
        return System.getenv(name) != null || System.getProperty(name) != null;
    }
}
