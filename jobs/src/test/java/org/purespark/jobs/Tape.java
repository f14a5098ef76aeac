// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@link TapeListener} has written so far. */
record Tape(List<Entry> entries) {
    /** What happened, and what an entry's {@code what} holds then. */
    enum Kind {
        /** {@code who} is the application's id. */
        APPLICATION,
        /** {@code who}, an executor or the driver, listens on port {@code what}. */
        PORT,
        EXECUTOR_ADDED,
        EXECUTOR_REMOVED,
        /** The executor {@code who} has a task of the job {@code what}. */
        TASK_START,
        TASK_DONE,
        TASK_LOST
    }

    record Entry(Kind kind, String who, String what) {}

    static Tape read(Path file) throws IOException {
        List<Entry> entries = new ArrayList<>();
        String text = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        // A last line without its end is still being written.
        text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(line -> {
            String[] parts = line.split("\t", -1);
            entries.add(new Entry(Kind.valueOf(parts[0]), parts[1], parts[2]));
        });
        return new Tape(entries);
    }

    /** The executors or tasks of a kind, in order, in jobs whose description starts so. */
    List<String> who(Kind kind, String job) {
        return entries.stream()
                .filter(entry -> entry.kind() == kind && entry.what().startsWith(job))
                .map(Entry::who)
                .toList();
    }

    /** The executor that was last given a task of such a job and has not ended it; empty where there is none. */
    Optional<String> busy(String job) {
        List<String> open = new ArrayList<>(who(Kind.TASK_START, job));
        who(Kind.TASK_DONE, job).forEach(open::remove);
        who(Kind.TASK_LOST, job).forEach(open::remove);
        return open.isEmpty() ? Optional.empty() : Optional.of(open.get(open.size() - 1));
    }

    Optional<String> application() {
        return who(Kind.APPLICATION, "").stream().findFirst();
    }
}
