// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.lease;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.purespark.Shown;

/**
 * A process that has a lease.
 *
 * @param user who started it
 * @param host its machine's or container's name
 * @param process its number
 * @param processStart when it started, ISO 8601, or null if the system does not tell
 * @param processSpace names all processes that count together: this start of this machine's kernel, and the container;
 *     null if the system does not tell
 */
public record LeaseOwner(String user, String host, long process, String processStart, String processSpace) {
    /** The system computes the start from its clock, which may be set right meanwhile. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(5);

    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path PROCESS_NAMESPACE = Path.of("/proc/self/ns/pid");

    public LeaseOwner {
        Objects.requireNonNull(user, "user is null");
        Objects.requireNonNull(host, "host is null");
        if (processStart != null) {
            Instant.parse(processStart);
        }
    }

    /** This process. */
    public static LeaseOwner ofThisProcess() {
        ProcessHandle process = ProcessHandle.current();
        return new LeaseOwner(
                System.getProperty("user.name"),
                firstLine(HOST_NAME).orElseGet(LeaseOwner::hostByNetwork),
                process.pid(),
                process.info().startInstant().map(Instant::toString).orElse(null),
                spaceOfThisProcess());
    }

    /** Whether the process has ended for certain, as {@code here} can tell: it counts processes together with it. */
    boolean hasEnded(LeaseOwner here) {
        if (processSpace == null || !processSpace.equals(here.processSpace) || !host.equals(here.host)) {
            return false;
        }
        Optional<ProcessHandle> found = ProcessHandle.of(process).filter(ProcessHandle::isAlive);
        return found.isEmpty() || startedAtAnotherTime(found.get());
    }

    private boolean startedAtAnotherTime(ProcessHandle found) {
        Optional<Instant> start = found.info().startInstant();
        return processStart != null
                && start.isPresent()
                && Duration.between(Instant.parse(processStart), start.get())
                                .abs()
                                .compareTo(START_TOLERANCE)
                        > 0;
    }

    String inWords() {
        return Shown.of(user) + " on " + Shown.of(host) + " (process " + process + ")";
    }

    private static String spaceOfThisProcess() {
        Optional<String> boot = firstLine(BOOT);
        try {
            return boot.isPresent() ? boot.get() + " " + Files.readSymbolicLink(PROCESS_NAMESPACE) : null;
        } catch (IOException e) {
            // not a Linux that tells: then only the age of a lease counts
            return null;
        }
    }

    private static Optional<String> firstLine(Path file) {
        try {
            return Files.readAllLines(file).stream().map(String::strip).findFirst();
        } catch (IOException e) {
            // not a Linux
            return Optional.empty();
        }
    }

    private static String hostByNetwork() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // the name is for people only
            return "an unnamed host";
        }
    }
}
