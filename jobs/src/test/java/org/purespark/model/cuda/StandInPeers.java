// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.purespark.InputException;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Peers;
import org.purespark.model.engine.ProductPrecision;
import org.purespark.model.engine.UpdateKernels.From;

/** A main of one of several tasks that send ranges of arrays to each other, on what libraries it finds. */
public final class StandInPeers {
    private static final long PATIENCE_NANOS = 2_000_000_000L;

    private StandInPeers() {}

    /** @param args rank; number of tasks; number of those that come; a file for the group's identity */
    public static void main(String[] args) throws Exception {
        int rank = Integer.parseInt(args[0]);
        int tasks = Integer.parseInt(args[1]);
        try (Engine engine = CudaEngine.open(0, ProductPrecision.FLOAT32)) {
            engine.requirePeers();
            byte[] group = group(engine, rank, Path.of(args[3]));
            long start = System.nanoTime();
            BooleanSupplier cancelled =
                    Integer.parseInt(args[2]) == tasks ? () -> false : () -> System.nanoTime() - start > PATIENCE_NANOS;
            try (Peers peers = engine.join(new Peers.Link(group, rank, tasks, cancelled))) {
                System.out.println("joined");
                transfer(engine, peers, rank, tasks);
            }
        } catch (InputException | IllegalStateException e) {
            System.out.println(e.getMessage());
        }
    }

    private static byte[] group(Engine engine, int rank, Path file) throws Exception {
        if (rank == 0) {
            Path whole = Files.writeString(
                    file.resolveSibling("whole"), HexFormat.of().formatHex(engine.newGroup()));
            Files.move(whole, file);
        }
        while (!Files.exists(file)) {
            Thread.sleep(1);
        }
        return HexFormat.of().parseHex(Files.readString(file));
    }

    /** Each sends to the next one, and to the one before, what it has computed from what came before. */
    private static void transfer(Engine engine, Peers peers, int rank, int tasks) {
        int next = (rank + 1) % tasks;
        int last = (rank + tasks - 1) % tasks;
        try (DeviceArray own = engine.allocate(4);
                DeviceArray other = engine.allocate(4)) {
            own.put(0, new float[] {rank, 10 + rank, 20 + rank, 30 + rank}, 0, 4);
            other.put(0, new float[4], 0, 4);
            peers.transfer(List.of(new Peers.Range(next, own, 1, 2)), List.of(new Peers.Range(last, other, 2, 2)));
            engine.updates().addTo(own, 0, new From(other, 2), 2);
            peers.transfer(List.of(new Peers.Range(last, own, 0, 2)), List.of(new Peers.Range(next, other, 0, 2)));
            System.out.println("task " + rank + " has " + Arrays.toString(other.toArray()));
        }
    }
}
