// SPDX-License-Identifier: Apache-2.0
package org.purespark.predict;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Directories with the stored logits of two versions of transformers. {@code -Dhub.directories=DIR} takes all that
 * {@code make_hub_directories.py} has written there; {@code target/hub-directories.md} is the table of docs/models.md.
 */
class GeneratedDirectoriesTest {
    private static final Path HUB = Path.of("src/test/resources/hub");
    private static final Path TABLE = Path.of("target/hub-directories.md");
    private static final GeneratedDirectories DIRECTORIES = new GeneratedDirectories(
            Path.of(System.getProperty(
                    "hub.directories", HUB.resolve("generated").toString())),
            HUB.resolve("texts.jsonl"));

    @TestFactory
    List<DynamicTest> eachVersionIsFollowedIfItIsAskedFor() throws IOException {
        return DIRECTORIES.eachVersionIsFollowedIfItIsAskedFor();
    }

    @TestFactory
    List<DynamicTest> logitsAreThoseOfTransformersOrTheDirectoryIsRefused() throws IOException {
        return DIRECTORIES.logitsAreThoseOfTransformersOrTheDirectoryIsRefused();
    }

    @AfterAll
    static void writeTable() throws IOException {
        Files.createDirectories(TABLE.getParent());
        Files.writeString(TABLE, DIRECTORIES.table());
    }
}
