// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.purespark.InputException;

/**
 * The seats of this process on the machine's GPUs: one task computes on a GPU at a time, or as many as share it. A seat
 * is a locked range of a file for each GPU, so it counts for all processes that see the same directory, and the system
 * frees it when its process ends. A process keeps the seat of a task that has ended for its next one: what a task
 * leaves in the device's memory stays there, too.
 */
final class DeviceSeats {
    /** One per JVM: a process that opens a file a second time loses all its locks on it when it closes that. */
    private static final DeviceSeats OF_THIS_PROCESS = new DeviceSeats(Path.of("/tmp"));

    /** Length of the ranges of all seats; it has no other meaning. Seats of up to 16 are of equal length. */
    private static final long RANGE = 720_720;

    private static final int MOST_OF_HOLDER = 200;

    private final Path directory;
    private final Map<String, Locked> files = new HashMap<>();

    /** @param directory is the same for all processes of the machine */
    DeviceSeats(Path directory) {
        this.directory = directory;
    }

    static DeviceSeats get() {
        return OF_THIS_PROCESS;
    }

    /**
     * A GPU.
     *
     * @param identity the same for all processes: its UUID
     * @param description for messages
     */
    record Gpu(String identity, String description) {}

    /** A task's place on a GPU. */
    interface Seat extends AutoCloseable {
        /** For the next task of this process. */
        @Override
        void close();
    }

    /** A GPU's file, and what this process has locked of it. */
    private record Locked(FileChannel file, List<Place> places) {}

    private static final class Place {
        final int sharers;
        final FileLock lock;
        boolean taken = true;

        Place(int sharers, FileLock lock) {
            this.sharers = sharers;
            this.lock = lock;
        }
    }

    /**
     * A seat for a task.
     *
     * @param sharers number of tasks that the GPU may have, with this one; at least 1
     * @throws InputException if it has as many already, or one that shares with fewer
     */
    synchronized Seat take(Gpu gpu, int sharers) {
        Path path = directory.resolve("pure-gpu-" + gpu.identity() + ".lock");
        try {
            Locked locked = files.get(gpu.identity());
            if (locked == null) {
                locked = new Locked(open(path), new ArrayList<>());
                files.put(gpu.identity(), locked);
            }
            for (Place place : locked.places()) {
                if (!place.taken && place.sharers == sharers) {
                    place.taken = true;
                    return seat(place);
                }
            }
            giveIdleUp(locked);
            Place place = place(locked, sharers);
            if (place == null) {
                throw refusal(gpu, sharers, locked);
            }
            locked.places().add(place);
            return seat(place);
        } catch (IOException e) {
            throw new InputException(
                    "compute.engine cuda: whether " + gpu.description() + " is free cannot be told: " + path
                            + " cannot be read and written (" + e + "); remove it if no task uses this GPU",
                    e);
        }
    }

    private Seat seat(Place place) {
        return () -> {
            synchronized (this) {
                place.taken = false;
            }
        };
    }

    /** Those of another size would be in the way. */
    private static void giveIdleUp(Locked locked) throws IOException {
        for (Place place : List.copyOf(locked.places())) {
            if (!place.taken) {
                place.lock.release();
                locked.places().remove(place);
            }
        }
    }

    /** The first range of {@code sharers} that no process has locked; null if there is none. */
    private static Place place(Locked locked, int sharers) throws IOException {
        for (int i = 0; i < sharers; i++) {
            long from = RANGE * i / sharers;
            FileLock lock = lock(locked.file(), from, RANGE * (i + 1) / sharers - from);
            if (lock != null) {
                try {
                    writeHolder(locked.file());
                } catch (IOException e) {
                    lock.release();
                    throw e;
                }
                return new Place(sharers, lock);
            }
        }
        return null;
    }

    private static void writeHolder(FileChannel file) throws IOException {
        byte[] holder = (holder() + "\n").getBytes(StandardCharsets.UTF_8);
        file.truncate(0);
        file.write(ByteBuffer.wrap(holder), 0);
    }

    private static FileLock lock(FileChannel file, long from, long length) throws IOException {
        try {
            return file.tryLock(from, length, false);
        } catch (OverlappingFileLockException e) {
            return null; // it is this process's
        }
    }

    private static String holder() {
        return "process " + ProcessHandle.current().pid() + " of user " + System.getProperty("user.name");
    }

    private static InputException refusal(Gpu gpu, int sharers, Locked locked) throws IOException {
        boolean ours = locked.places().stream().anyMatch(place -> place.taken);
        String of = sharers == 1 ? "a task" : "as many tasks as may share it";
        String wayOut = ours
                ? "run one task at a time in it (--master local[1], or spark.task.cpus = all its cores)"
                : "give this task another GPU (CUDA_VISIBLE_DEVICES)";
        return new InputException("compute.engine cuda: " + gpu.description() + " has " + of + " already, in "
                + (ours ? "this process" : written(locked.file())) + ": " + wayOut
                + "; on a cluster, a GPU takes " + (sharers + 1) + " tasks where all have"
                + " spark.task.resource.gpu.amount=" + 1.0 / (sharers + 1));
    }

    /** What the process that came last has written. */
    private static String written(FileChannel file) throws IOException {
        ByteBuffer holder = ByteBuffer.allocate(MOST_OF_HOLDER);
        file.read(holder, 0);
        String line = StandardCharsets.UTF_8.decode(holder.flip()).toString().split("\n", 2)[0];
        return line.isBlank() ? "another process" : line.replaceAll("[^\\x20-\\x7e]", "?");
    }

    /** Files of all users lie there: none is followed elsewhere, and all may write to it. */
    private static FileChannel open(Path path) throws IOException {
        try {
            return existing(path);
        } catch (NoSuchFileException e) {
            try {
                Files.createFile(path);
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
            } catch (FileAlreadyExistsException other) {
                // another process was faster
            }
            return existing(path);
        }
    }

    private static FileChannel existing(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }
}
