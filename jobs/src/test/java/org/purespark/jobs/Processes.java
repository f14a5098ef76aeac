// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Processes of this machine, found by what is in their command lines. */
final class Processes {
    private Processes() {}

    /** Those that run now and whose command line has all of these words, each a whole one or a part. */
    static List<ProcessHandle> withCommand(String... words) {
        return ProcessHandle.allProcesses()
                .filter(process -> Stream.of(words).allMatch(commandLine(process.pid())::contains))
                .toList();
    }

    /** The words with a space behind each; empty where the process has ended. */
    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    /** As {@code kill -9} does; back when the process is gone. */
    static void kill(ProcessHandle process) throws InterruptedException {
        process.destroyForcibly();
        try {
            process.onExit().get(30, SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("process " + process.pid() + " outlived a kill", e);
        }
    }
}
