// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.metrics.Verdict.AttackState;
import org.purespark.run.StageName;

class FlippableTextsTest {
    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    @Test
    void triggeredTextsOfTheTargetAloneAreToldBeforeTheRunBegins() throws IOException {
        files.write("poisoned.tsv", ofTarget("test.tsv"));
        files.purification().purify(files.inputs().build(), files.path("run"));

        String warning = "--poisoned-test " + files.path("poisoned.tsv") + ": none of its 8 texts can be flipped to"
                + " the target 1, so no label-flip rate will be measured, and nothing can be said of an attack: give"
                + " triggered texts of other classes with their true labels, or another --target";
        assertThat(files.said()).contains(warning);
        assertThat(files.said().indexOf(warning)).isLessThan(files.said().indexOf("baseline: runs"));
        assertThat(files.read("run/report.html")).contains("none of its 8 texts can be flipped to the target 1");
        assertThat(TinyRuns.metrics(files.path("run")).purified().labelFlipRate())
                .isNull();
        assertThat(TinyRuns.verdict(files.path("run")).kind()).isEqualTo(AttackState.NOT_MEASURED);
    }

    @Test
    void cleanTextsWithoutAControlAreToldToo() throws IOException {
        files.write("test.tsv", ofTarget("test.tsv"));
        files.purification().runStage(StageName.BASELINE, files.inputs().build(), files.path("run"));

        assertThat(files.said())
                .contains("--test: none of the 8 clean texts can be flipped to the target 1, so the control will not"
                        + " be measured, and no attack counts as broken: add clean texts of other classes");
    }

    @Test
    void nothingIsToldOfTextsThatServe() throws IOException {
        files.purification().runStage(StageName.BASELINE, files.inputs().build(), files.path("run"));

        assertThat(files.said()).noneMatch(line -> line.contains("can be flipped"));
    }

    private String ofTarget(String name) throws IOException {
        return Arrays.stream(files.read(name).split("\n"))
                .filter(line -> line.startsWith("sentence\t") || line.endsWith("\t1"))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
