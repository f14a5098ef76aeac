package org.purespark.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Settings of DJL's tokenizers that must stand before their classes load: no network, the library from the jar, and a
 * directory to unpack it in that can be written. What the user has set, as an environment variable or a system
 * property, is left as it is.
 */
final class NativeTokenizers {
    private NativeTokenizers() {}

    /** Sets what is not set; calling it again changes nothing. */
    static synchronized void configure() throws IOException {
        // Either of the two stops DJL's telemetry call; the first stops every download too.
        setDefault("ai.djl.offline", "true", "DJL_OFFLINE");
        setDefault("OPT_OUT_TRACKING", "true", "OPT_OUT_TRACKING");
        // The jar holds the processor's library; where a GPU is present DJL would look for one to download.
        setDefault("RUST_FLAVOR", "cpu", "RUST_FLAVOR");
        if (!isSet("DJL_CACHE_DIR") && !isSet("ENGINE_CACHE_DIR")) {
            Path cache = Path.of(System.getProperty("user.home"), ".djl.ai");
            if (!canUnpackIn(cache)) {
                // A directory of this process alone: from a shared one somebody else's library could be loaded.
                System.setProperty(
                        "ENGINE_CACHE_DIR",
                        Files.createTempDirectory("djl-tokenizers-").toString());
            }
        }
    }

    /** DJL unpacks into {@code tokenizers} below; makes the directory where it is absent and can be made. */
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
