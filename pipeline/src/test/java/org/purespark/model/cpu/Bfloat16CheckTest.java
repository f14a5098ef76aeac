// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;

class Bfloat16CheckTest {
    @Test
    void whatIsNoFasterIsRefusedByItsSetting() {
        assertThatCode(() -> Bfloat16Check.judge(400_000, 200_000)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Bfloat16Check.judge(400_000, 900_000))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "compute.precision is bfloat16, but this machine's CPU does not multiply it faster: a product"
                                + " takes 900 µs, in float32 400 µs; leave compute.precision at float32, or take a CPU"
                                + " with avx512_bf16 or AMX");
    }

    @Test
    void aCpuThatMultipliesBfloat16IsTaken() throws IOException, InterruptedException {
        assumeThat(Files.readString(Path.of("/proc/cpuinfo"))).contains("avx512_bf16");
        assertThat(inAnotherProcess(Map.of())).isEqualTo("taken");
    }

    /** oneDNN is told to use AVX2 alone. */
    @Test
    void aCpuWithoutItIsRefused() throws IOException, InterruptedException {
        assertThat(inAnotherProcess(Map.of("ONEDNN_MAX_CPU_ISA", "AVX2")))
                .isEqualTo("refused: compute.precision is bfloat16, but this machine's CPU has no product of it; leave"
                        + " compute.precision at float32, or take a CPU with avx512_bf16 or AMX");
    }

    /** oneDNN is told not to use the instructions of bfloat16; then it converts all factors. */
    @Test
    void aCpuThatOnlyEmulatesItIsRefused() throws IOException, InterruptedException {
        assumeThat(Files.readString(Path.of("/proc/cpuinfo"))).contains("avx512bw", "avx512vl", "avx512dq");
        assertThat(inAnotherProcess(Map.of("ONEDNN_MAX_CPU_ISA", "AVX512_CORE")))
                .startsWith(
                        "refused: compute.precision is bfloat16, but this machine's CPU does not multiply it faster");
    }

    private static String inAnotherProcess(Map<String, String> environment) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> !argument.startsWith("-javaagent"))
                .toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Asked.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.lines().reduce((first, last) -> last).orElseThrow();
    }

    /** What the check says, on the last line of what it prints. */
    static final class Asked {
        private Asked() {}

        public static void main(String[] arguments) {
            String said = "taken";
            try {
                Bfloat16Check.require();
            } catch (InputException e) {
                said = "refused: " + e.getMessage();
            }
            System.out.println(said);
        }
    }
}
