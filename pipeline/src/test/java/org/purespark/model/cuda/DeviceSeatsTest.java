// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.model.cuda.DeviceSeats.Gpu;
import org.purespark.model.cuda.DeviceSeats.Seat;

class DeviceSeatsTest {
    private static final Gpu GPU = new Gpu("ab12", "GPU 0 (of a test)");

    @TempDir
    private Path directory;

    private DeviceSeats seats;
    private final List<Process> others = new ArrayList<>();

    @BeforeEach
    void setUp() {
        seats = new DeviceSeats(directory);
    }

    @AfterEach
    void tearDown() {
        others.forEach(Process::destroyForcibly);
    }

    @Test
    void aGpuTakesOneTaskOfAProcess() {
        Seat first = seats.take(GPU, 1);
        assertThatThrownBy(() -> seats.take(GPU, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("compute.engine cuda: GPU 0 (of a test) has a task already, in this process: run one task"
                        + " at a time in it (--master local[1], or spark.task.cpus = all its cores); on a cluster, a"
                        + " GPU takes 2 tasks where all have spark.task.resource.gpu.amount=0.5");
        first.close();
        seats.take(GPU, 1).close();
        seats.take(new Gpu("cd34", "GPU 1"), 1);
    }

    @Test
    void asManyTasksAsShareAGpuFindSeats() {
        Seat first = seats.take(GPU, 3);
        seats.take(GPU, 3);
        seats.take(GPU, 3);
        assertThatThrownBy(() -> seats.take(GPU, 3))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has as many tasks as may share it already, in this process")
                .hasMessageContaining("takes 4 tasks where all have spark.task.resource.gpu.amount=0.25");
        first.close();
        seats.take(GPU, 3);
    }

    @Test
    void aTaskThatDoesNotShareIsNotBesideOneThatDoes() {
        Seat half = seats.take(GPU, 2);
        assertThatThrownBy(() -> seats.take(GPU, 1)).isInstanceOf(InputException.class);
        half.close();
        seats.take(GPU, 1);
        assertThatThrownBy(() -> seats.take(GPU, 2)).isInstanceOf(InputException.class);
    }

    @Test
    void aTaskOfAnotherProcessIsNamed() throws Exception {
        Process other = other(1);
        assertThat(line(other)).isEqualTo("taken");
        assertThatThrownBy(() -> seats.take(GPU, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("compute.engine cuda: GPU 0 (of a test) has a task already, in process " + other.pid()
                        + " of user " + System.getProperty("user.name")
                        + ": give this task another GPU (CUDA_VISIBLE_DEVICES); on a cluster, a GPU takes 2 tasks"
                        + " where all have spark.task.resource.gpu.amount=0.5");
        other.destroyForcibly().waitFor();
        seats.take(GPU, 1);
    }

    @Test
    void processesShareAGpuIfAllAreStartedSo() throws Exception {
        assertThat(line(other(2))).isEqualTo("taken");
        seats.take(GPU, 2);
        assertThatThrownBy(() -> seats.take(GPU, 2)).isInstanceOf(InputException.class);
        assertThat(line(other(2))).contains("has as many tasks as may share it already, in process ");
    }

    @Test
    void aProcessKeepsItsSeatForItsNextTask() throws Exception {
        seats.take(GPU, 1).close();
        assertThat(line(other(1)))
                .contains("has a task already, in process "
                        + ProcessHandle.current().pid());
        seats.take(GPU, 1);
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() throws IOException {
        Path elsewhere = Files.createFile(directory.resolve("elsewhere"));
        Files.createSymbolicLink(directory.resolve("pure-gpu-ab12.lock"), elsewhere);
        assertThatThrownBy(() -> seats.take(GPU, 1))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("compute.engine cuda: whether GPU 0 (of a test) is free cannot be told: "
                        + directory.resolve("pure-gpu-ab12.lock") + " cannot be read and written (")
                .hasMessageEndingWith("); remove it if no task uses this GPU");
    }

    private Process other(int sharers) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldsSeat.class.getName(),
                        directory.toString(),
                        GPU.identity(),
                        Integer.toString(sharers))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        others.add(process);
        return process;
    }

    private static String line(Process process) throws IOException {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }
}
