// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.run.TickingClock;

class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final TickingClock clock = new TickingClock();

    @Test
    void linesComeEveryTenSecondsAndAtTheEnd() {
        Progress progress = Progress.on(out, Progress.Style.LINES, clock);
        try (Progress.Task task = progress.start("baseline, epoch 1 of 3", 100)) {
            for (int i = 0; i < 100; i++) {
                clock.move(250);
                task.note("loss 0." + (999 - i));
                task.advance(1);
            }
            task.done();
        }
        assertThat(shown())
                .isEqualTo("baseline, epoch 1 of 3: 40 of 100 (40 %), 15.0 s left, loss 0.960\n"
                        + "baseline, epoch 1 of 3: 80 of 100 (80 %), 5.0 s left, loss 0.920\n"
                        + "baseline, epoch 1 of 3: done, 100 in 25.0 s, loss 0.900\n");
    }

    @Test
    void barIsDrawnOverItselfAndLeavesOneLine() {
        Progress progress = Progress.on(out, Progress.Style.BAR, clock);
        Progress.Task task = progress.start("score", 4);
        clock.move(1000);
        task.advance(1);
        clock.move(100);
        task.advance(1);
        clock.move(900);
        task.advance(2);
        task.done();
        task.done();
        task.close();
        String first = "[....................] score: 0 of 4 (0 %)";
        String second = "[#####...............] score: 1 of 4 (25 %), 3.0 s left";
        String third = "[####################] score: 4 of 4 (100 %)";
        String last = "score: done, 4 in 2.0 s";
        assertThat(shown())
                .isEqualTo("\r" + first + "\r" + second + "\r" + padded(third, second) + "\r" + padded(last, third)
                        + "\n");
    }

    @Test
    void stoppedTaskSaysHowFarItCame() {
        try (Progress.Task task = Progress.on(out, Progress.Style.LINES, clock).start("prune", 9)) {
            clock.move(2000);
            task.advance(4);
        }
        assertThat(shown()).isEqualTo("prune: stopped at 4 of 9 after 2.0 s\n");
    }

    @Test
    void nothingIsShownWhereNothingIsWanted() {
        try (Progress.Task task = Progress.on(out, Progress.Style.NONE, clock).start("prune", 9)) {
            task.advance(9);
            task.done();
        }
        assertThat(shown()).isEmpty();
    }

    @Test
    void taskOfNothingIsDone() {
        Progress.on(out, Progress.Style.BAR, clock).start("texts", 0).done();
        assertThat(shown()).contains("texts: 0 of 0 (100 %)").endsWith("\n");
    }

    @Test
    void negativeTotalIsRefused() {
        Progress progress = Progress.on(out, Progress.Style.BAR, clock);
        assertThatThrownBy(() -> progress.start("texts", -1)).hasMessage("texts: total is -1, expected at least 0");
    }

    @Test
    void styleFollowsTheTerminal() {
        assertThat(Progress.Style.forTerminal(true)).isEqualTo(Progress.Style.BAR);
        assertThat(Progress.Style.forTerminal(false)).isEqualTo(Progress.Style.LINES);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0 s",
        "4240, 4.2 s",
        "59949, 59.9 s",
        "59950, 1 min 00 s",
        "187000, 3 min 07 s",
        "3599400, 59 min 59 s",
        "3599500, 1 h 00 min",
        "7500000, 2 h 05 min"
    })
    void durationsAreInWords(long millis, String expected) {
        assertThat(ShownTask.duration(millis)).isEqualTo(expected);
    }

    private static String padded(String text, String over) {
        return text + " ".repeat(Math.max(0, over.length() - text.length()));
    }

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }
}
