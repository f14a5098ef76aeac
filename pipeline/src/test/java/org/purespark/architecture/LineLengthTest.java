// SPDX-License-Identifier: Apache-2.0
package org.purespark.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The formatter does not break long strings and comments, so this test looks for lines that are too long. */
class LineLengthTest {
    private static final int MOST_COLUMNS = 120;

    @Test
    void everyLineOfJavaHasAtMost120Columns() throws IOException {
        List<Path> sources = sources(repository());
        List<String> tooLong = new ArrayList<>();
        for (Path source : sources) {
            List<String> lines = Files.readAllLines(source);
            for (int i = 0; i < lines.size(); i++) {
                int columns = lines.get(i).codePointCount(0, lines.get(i).length());
                if (columns > MOST_COLUMNS) {
                    tooLong.add(source + ", line " + (i + 1) + ": " + columns + " columns");
                }
            }
        }

        assertThat(sources).hasSizeGreaterThan(100);
        assertThat(tooLong).isEmpty();
    }

    /** The nearest directory with {@code bin/pure}, from the module's directory upwards. */
    private static Path repository() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("bin/pure"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    /** All Java files of all modules. */
    private static List<Path> sources(Path repository) throws IOException {
        List<Path> modules;
        try (Stream<Path> directories = Files.list(repository)) {
            modules = directories
                    .map(directory -> directory.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList();
        }
        List<Path> sources = new ArrayList<>();
        for (Path module : modules) {
            try (Stream<Path> files = Files.walk(module)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }
}
