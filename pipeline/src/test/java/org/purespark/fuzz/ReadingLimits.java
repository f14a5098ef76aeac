// SPDX-License-Identifier: Apache-2.0
package org.purespark.fuzz;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.purespark.InputException;

/**
 * What a reader may do with a file of a stranger: read it, or refuse it with an {@link InputException} of one line; in
 * a second of this thread's time, and with memory in proportion to the file.
 */
public final class ReadingLimits {
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_BYTES = 64L << 20;
    private static final long MOST_BYTES_A_BYTE = 64;
    private static final int MOST_MESSAGE_CHARACTERS = 8_100;

    /** The first readings load classes and run unoptimised: what they take is measured again. */
    private static final int MEASUREMENTS = 4;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final MBeanServer BEANS = ManagementFactory.getPlatformMBeanServer();

    /** Reads a file. */
    @FunctionalInterface
    public interface Reading {
        void read() throws IOException;
    }

    private record Taken(long nanos, long bytes) {}

    private ReadingLimits() {}

    /**
     * Reads, and throws what no reader may throw.
     *
     * @param fileBytes size of the file
     * @return whether the file was read; it was refused otherwise
     * @throws AssertionError if the reader takes too long or too much memory, or its message is not one short line
     */
    public static boolean hold(int fileBytes, Reading reading) throws IOException {
        long mostBytes = Math.max(MOST_BYTES, MOST_BYTES_A_BYTE * fileBytes);
        boolean read = false;
        for (int measurement = 1; ; measurement++) {
            long nanosBefore = THREADS.getCurrentThreadCpuTime();
            long bytesBefore = allocatedBytes();
            read = attempt(reading);
            Taken taken = new Taken(THREADS.getCurrentThreadCpuTime() - nanosBefore, allocatedBytes() - bytesBefore);
            if (taken.nanos() <= MOST_NANOS && taken.bytes() <= mostBytes) {
                return read;
            }
            if (measurement == MEASUREMENTS) {
                throw new AssertionError("a file of " + fileBytes + " bytes takes "
                        + TimeUnit.NANOSECONDS.toMillis(taken.nanos()) + " ms and " + taken.bytes()
                        + " bytes of memory");
            }
        }
    }

    /** Bytes that this thread has taken so far. Only HotSpot counts them, so it is asked by name. */
    private static long allocatedBytes() {
        try {
            return (long) BEANS.invoke(
                    new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                    "getThreadAllocatedBytes",
                    new Object[] {Thread.currentThread().getId()},
                    new String[] {"long"});
        } catch (JMException e) {
            throw new IllegalStateException("this JVM does not count the bytes of a thread", e);
        }
    }

    private static boolean attempt(Reading reading) throws IOException {
        try {
            reading.read();
            return true;
        } catch (InputException e) {
            requireOneShortLine(e.getMessage());
            return false;
        }
    }

    private static void requireOneShortLine(String message) {
        if (message.length() > MOST_MESSAGE_CHARACTERS) {
            throw new AssertionError("a message of " + message.length() + " characters: " + message.substring(0, 200));
        }
        if (message.codePoints().anyMatch(Character::isISOControl)) {
            throw new AssertionError("a message with control characters: "
                    + message.codePoints()
                            .mapToObj(c -> Character.isISOControl(c) ? "<" + c + ">" : Character.toString(c))
                            .reduce("", String::concat));
        }
    }
}
