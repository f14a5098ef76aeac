// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;

/** Another process may work in the run from which results are taken. */
class FormerRunTest {
    @TempDir
    private Path root;

    private FakePipeline made;
    private FakePipeline taker;
    private FormerRun former;

    @BeforeEach
    void setUp() throws IOException {
        made = new FakePipeline(Files.createDirectory(root.resolve("made")));
        made.purify();
        taker = new FakePipeline(Files.createDirectory(root.resolve("taker")));
        former = FormerRun.open(FakePipeline.STORAGE, made.directory.toString(), made.clock);
    }

    private RunDirectory started() throws IOException {
        StageKey key = StageKey.of(FakePipeline.needs(StageName.BASELINE), made.context(), Map.of());
        assertThat(former.decide(key)).isInstanceOf(Decision.Skip.class);
        RunDirectory run = taker.open();
        run.start(key, made.context());
        return run;
    }

    @Test
    void aFileThatIsGoneWhenItIsCopiedEndsTheRun() throws IOException {
        RunDirectory run = started();
        Path weights = made.directory.resolve("baseline/model.safetensors");
        Files.delete(weights);
        assertThatThrownBy(() -> former.copyTo(run, StageName.BASELINE))
                .isInstanceOf(InputException.class)
                .hasMessage(weights + " has changed while results were copied: let no other process work in "
                        + made.directory + " meanwhile, or leave out --reuse");
        assertThat(taker.directory.resolve("baseline")).doesNotExist();
    }

    @Test
    void aFileThatIsAnotherOneWhenItIsCopiedEndsTheRun() throws IOException {
        RunDirectory run = started();
        Path weights = made.directory.resolve("baseline/model.safetensors");
        Files.writeString(weights, "made from something else");
        assertThatThrownBy(() -> former.copyTo(run, StageName.BASELINE))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(weights + " has changed while results were copied: ");
    }

    @Test
    void theSecondsAreThoseOfTheMaking() {
        assertThat(former.seconds(StageName.BASELINE)).isEqualTo(2.5);
    }
}
