// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The TCP ports that a process listens on, as Linux tells it. */
final class ListeningPorts {
    private static final String LISTEN = "0A";
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private ListeningPorts() {}

    /** None where the process has ended. */
    static SortedSet<Integer> of(ProcessHandle process) {
        SortedSet<Integer> ports = new TreeSet<>();
        Path proc = Path.of("/proc/" + process.pid());
        try {
            Set<String> sockets = sockets(proc.resolve("fd"));
            for (String table : List.of("tcp", "tcp6")) {
                for (String line : Files.readAllLines(proc.resolve("net").resolve(table), StandardCharsets.US_ASCII)) {
                    String[] fields = line.strip().split("\\s+");
                    if (fields[STATE].equals(LISTEN) && sockets.contains("socket:[" + fields[INODE] + "]")) {
                        String address = fields[LOCAL_ADDRESS];
                        ports.add(Integer.parseInt(address.substring(address.indexOf(':') + 1), 16));
                    }
                }
            }
        } catch (IOException e) {
            return new TreeSet<>();
        }
        return ports;
    }

    /** What the open files of a process link to, as far as they are still open. */
    private static Set<String> sockets(Path descriptors) throws IOException {
        Set<String> links = new HashSet<>();
        try (Stream<Path> open = Files.list(descriptors)) {
            for (Path descriptor : open.toList()) {
                try {
                    links.add(Files.readSymbolicLink(descriptor).toString());
                } catch (IOException e) {
                    // closed in the meantime
                    continue;
                }
            }
        }
        return links;
    }
}
