// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.predict.GeneratedDirectories;

/**
 * Model directories that transformers itself writes, held against the logits of versions 4 and 5: all of them made
 * fresh by {@code make_hub_directories.py --small}.
 */
@Tag("deployment")
class TransformersIT {
    private static final Path PIPELINE = TinyCase.ROOT.resolve("pipeline/src/test");
    private static final Path TEXTS = PIPELINE.resolve("resources/hub/texts.jsonl");
    private static final int LONGEST_MINUTES = 30;

    @TempDir
    private static Path directory;

    private static GeneratedDirectories directories;

    @BeforeAll
    static void letTransformersWriteAndCompute() throws Exception {
        PythonEnvironment environment = PythonEnvironment.withTransformersOrSkip();
        // Models of some thousand weights: threads would only wait for each other.
        Map<String, String> version5 =
                Map.of("HF_HUB_OFFLINE", "1", "PYTHONDONTWRITEBYTECODE", "1", "OMP_NUM_THREADS", "1");
        Map<String, String> version4 = new HashMap<>(version5);
        version4.put("PYTHONPATH", environment.transformers4().toString());
        make(environment, version4, "--only", "relative");
        make(environment, version5);
        make(environment, version4, "--only-logits");
        directories = new GeneratedDirectories(directory, TEXTS);
    }

    private static void make(PythonEnvironment environment, Map<String, String> variables, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                environment.pythonWithTransformers(),
                PIPELINE.resolve("python/make_hub_directories.py").toString(),
                directory.toString(),
                TEXTS.toString(),
                "--small"));
        command.addAll(List.of(options));
        PythonEnvironment.Ended ended = PythonEnvironment.run(variables, LONGEST_MINUTES, command);
        assertThat(ended.status()).as(ended.said()).isZero();
    }

    @TestFactory
    List<DynamicTest> eachVersionIsFollowedIfItIsAskedFor() throws IOException {
        return directories.eachVersionIsFollowedIfItIsAskedFor();
    }

    @TestFactory
    List<DynamicTest> logitsAreThoseOfTransformersOrTheDirectoryIsRefused() throws IOException {
        return directories.logitsAreThoseOfTransformersOrTheDirectoryIsRefused();
    }
}
