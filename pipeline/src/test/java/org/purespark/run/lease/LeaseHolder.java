// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.lease;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import org.apache.hadoop.conf.Configuration;
import org.purespark.storage.Storage;

/** A process of its own that takes a lease, says so, and keeps it until it is killed. */
final class LeaseHolder implements AutoCloseable {
    private final Process process;

    private LeaseHolder(Process process) {
        this.process = process;
    }

    /** @param args address of the run directory */
    public static void main(String[] args) throws InterruptedException {
        RunLease.acquire(
                new Storage(new Configuration(false)),
                LeasedDirectory.ofRun(args[0]),
                LeaseTimes.OF_COMMANDS,
                Clock.systemUTC(),
                line -> {});
        System.out.println("taken");
        Thread.sleep(Long.MAX_VALUE);
    }

    /** Back when it has the lease. */
    static LeaseHolder start(String run) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LeaseHolder.class.getName(),
                        run)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        if (!"taken".equals(out.readLine())) {
            throw new IOException("the other process has not taken the lease of " + run);
        }
        return new LeaseHolder(process);
    }

    long pid() {
        return process.pid();
    }

    /** As {@code kill -9} does. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
