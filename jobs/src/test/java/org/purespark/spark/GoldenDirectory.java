// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.nio.file.Path;

/** Where the golden files lie; a test runs in the directory of its module. */
final class GoldenDirectory {
    private static final Path ALL = Path.of("../pipeline/src/test/resources/golden");

    private GoldenDirectory() {}

    /** The directory of a tiny model's family. */
    static Path of(String family) {
        return ALL.resolve(family).toAbsolutePath().normalize();
    }
}
