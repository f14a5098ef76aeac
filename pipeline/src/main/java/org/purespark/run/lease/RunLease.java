// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.lease;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.storage.ExclusiveFile;
import org.purespark.storage.FileVersion;
import org.purespark.storage.Storage;

/**
 * The right to work in a directory, of one process at a time: the file {@code owner.json} there, created exclusively
 * and renewed by a thread. A lease whose process has ended, or that is not renewed for long, may be taken over. The
 * owner asks {@link #ensureOwn} before it publishes something.
 */
public final class RunLease implements AutoCloseable {
    /** The lease's file in the directory. */
    public static final String FILE = LeaseFile.NAME;

    private static final int TAKING_TRIES = 100;
    private static final long MILLIS_BETWEEN_TRIES = 50;
    private static final long MILLIS_BETWEEN_LOOKS = 2_000;
    private static final int ABSENT_TRIES = 3;
    private static final long CLOSING_SECONDS = 10;
    private static final int CLOSING_TRIES = 3;

    private final Storage storage;
    private final LeasedDirectory directory;
    private final ExclusiveFile file;
    private final LeaseTimes times;
    private final Clock clock;
    private final Consumer<String> messages;
    private final boolean directoryIsNew;
    private final LeaseFile mine;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread renewer;

    private RunLease(Storage storage, LeasedDirectory directory, LeaseTimes times, Clock clock, Consumer<String> said)
            throws IOException {
        this.storage = storage;
        this.directory = directory;
        this.file = storage.exclusive(directory.leaseAddress());
        this.times = times;
        this.clock = clock;
        this.messages = said;
        this.directoryIsNew = !storage.exists(directory.address());
        this.mine = LeaseFile.of(UUID.randomUUID().toString(), LeaseOwner.ofThisProcess(), clock.instant());
        this.renewer = new Thread(this::renewUntilClosed, "pure-lease");
        renewer.setDaemon(true);
    }

    /**
     * Takes the lease; makes the directory if it is missing.
     *
     * @param messages gets a line if the lease is taken over from another process
     * @throws DirectoryInUseException if another process has the lease
     * @throws InputException if the directory cannot be written
     */
    public static RunLease acquire(
            Storage storage, LeasedDirectory directory, LeaseTimes times, Clock clock, Consumer<String> messages) {
        try {
            RunLease lease = new RunLease(storage, directory, times, clock, messages);
            lease.take();
            lease.renewer.start();
            return lease;
        } catch (IOException e) {
            throw new InputException(
                    "cannot write in " + directory.inWords() + " (" + e.getMessage()
                            + "): name one that can be written, with " + directory.option(),
                    e);
        }
    }

    /**
     * Refuses a directory in which another process works; writes nothing. For a first look before long work: a lease of
     * a process with another clock may pass here, and is refused when this process wants to take it.
     *
     * @throws DirectoryInUseException if another process has the lease
     */
    public static void refuseIfInUse(Storage storage, LeasedDirectory directory, LeaseTimes times, Clock clock)
            throws IOException {
        Optional<LeaseLook> found = LeaseLook.at(storage.exclusive(directory.leaseAddress()));
        if (found.isEmpty() || found.get().isDead(LeaseOwner.ofThisProcess())) {
            return;
        }
        Duration age = found.get().age(clock.millis());
        if (!age.isNegative() && age.compareTo(times.stale()) < 0) {
            throw inUse(
                    directory, found.get(), clock.instant().plus(times.stale().minus(age)));
        }
    }

    private void take() throws IOException {
        Instant end = clock.instant().plus(times.patience());
        LeaseLook live = null;
        int tries = 0;
        while (tries < TAKING_TRIES) {
            Optional<LeaseLook> found = LeaseLook.at(file);
            Optional<String> stale = found.isPresent() ? isStale(found.get()) : Optional.empty();
            if (found.isPresent() && stale.isEmpty()) {
                live = awaited(found.get(), live, end);
                LeaseLook.pause(MILLIS_BETWEEN_LOOKS);
                continue;
            }
            if (found.isEmpty() ? creates() : takesOver(found.get(), stale.get())) {
                return;
            }
            tries++;
            LeaseLook.pause(MILLIS_BETWEEN_TRIES);
        }
        throw new IOException("other processes take " + file.address() + " and leave it again all the time");
    }

    private boolean creates() throws IOException {
        return file.create(mine.renewedAt(clock.instant()).json());
    }

    /** Takes a stale lease over, unless another process does so first. */
    private boolean takesOver(LeaseLook found, String why) throws IOException {
        boolean taken =
                file.replace(found.version(), mine.renewedAt(clock.instant()).json());
        if (taken) {
            messages.accept("takes over " + directory.inWords() + ", which was in use " + found.inWords() + ": " + why);
        }
        return taken;
    }

    /** Refuses a lease that is alive, or that lasts longer than this process waits; returns it if waiting goes on. */
    private LeaseLook awaited(LeaseLook found, LeaseLook before, Instant end) throws IOException {
        boolean renewed = before != null
                && !before.version().content().equals(found.version().content());
        if (renewed || !clock.instant().isBefore(end)) {
            Duration age = found.age(file.clockMillis());
            throw inUse(directory, found, clock.instant().plus(times.stale()).minus(age));
        }
        if (before == null) {
            messages.accept(directory.inWords() + " is in use " + found.inWords()
                    + ": waits to see whether that process is still there");
        }
        return found;
    }

    /** Why the lease does not count, in words; empty if it does. */
    private Optional<String> isStale(LeaseLook found) throws IOException {
        if (found.isDead(mine.owner())) {
            return Optional.of("that process has ended");
        }
        Duration age = found.age(file.clockMillis());
        return age.compareTo(times.stale()) < 0
                ? Optional.empty()
                : Optional.of("that process has not renewed its lease for " + age.toSeconds() + " s");
    }

    private static DirectoryInUseException inUse(LeasedDirectory directory, LeaseLook found, Instant takeOver) {
        return new DirectoryInUseException(directory.inWords() + " is in use " + found.inWords()
                + ": wait for it, stop it, or name another directory with " + directory.option()
                + "; if that process is gone, the directory can be taken over at " + LeaseFile.text(takeOver));
    }

    /** Some letters that tell this lease from others. */
    public String shortToken() {
        return mine.token().substring(0, mine.token().indexOf('-'));
    }

    /**
     * Checks that this process still has the lease.
     *
     * @throws DirectoryInUseException naming who has it now
     */
    public void ensureOwn() throws IOException {
        for (int i = 0; i < ABSENT_TRIES; i++) {
            Optional<LeaseLook> found = LeaseLook.at(file);
            if (found.isPresent() && found.get().has(mine.token())) {
                return;
            }
            if (found.isPresent()) {
                throw new DirectoryInUseException(directory.inWords() + " was taken over from this process, and is in"
                        + " use " + found.get().inWords() + ": this process writes nothing more there. It did not renew"
                        + " its lease for too long, as when a machine sleeps; wait for the other process, or name"
                        + " another directory with " + directory.option());
            }
            LeaseLook.pause(MILLIS_BETWEEN_TRIES);
        }
        throw new DirectoryInUseException("the lease of this process, " + file.address() + ", was removed: this process"
                + " writes nothing more in " + directory.inWords() + ". If no other process works there, give the same"
                + " command again");
    }

    private void renewUntilClosed() {
        try {
            while (!closed.await(times.renewal().toMillis(), TimeUnit.MILLISECONDS)) {
                if (!renewed()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether there is still a lease to renew */
    private boolean renewed() {
        try {
            Optional<FileVersion> found = file.read();
            boolean own = found.isPresent()
                    && LeaseFile.parse(file.address(), found.get().content())
                            .filter(lease -> lease.token().equals(mine.token()))
                            .isPresent();
            return own
                    && file.replace(found.get(), mine.renewedAt(clock.instant()).json());
        } catch (IOException | InputException e) {
            messages.accept("the lease of " + directory.inWords() + " cannot be renewed now (" + e.getMessage()
                    + "); another try follows in " + times.renewal().toSeconds() + " s");
            return true;
        }
    }

    /** Gives the lease back. A directory that was made for it and is empty is removed. */
    @Override
    public void close() {
        if (closed.getCount() == 0) {
            return;
        }
        closed.countDown();
        try {
            renewer.join(TimeUnit.SECONDS.toMillis(CLOSING_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Exception failure = null;
        for (int i = 0; i < CLOSING_TRIES; i++) {
            try {
                giveBack();
                return;
            } catch (IOException | InputException e) {
                failure = e;
            }
        }
        messages.accept("the lease of " + directory.inWords() + " could not be given back (" + failure.getMessage()
                + "): another process can take it over in " + times.stale().toSeconds() + " s");
    }

    private void giveBack() throws IOException {
        Optional<LeaseLook> found = LeaseLook.at(file);
        if (found.isPresent() && found.get().has(mine.token())) {
            file.delete(found.get().version());
        }
        if (directoryIsNew) {
            storage.deleteIfEmpty(directory.address());
        }
    }
}
