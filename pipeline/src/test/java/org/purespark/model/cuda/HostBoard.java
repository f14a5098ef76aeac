// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Peers;

/** The host in place of a GPU: the same kernels, built as C++, and the same engine around them. */
public final class HostBoard implements Board {
    private static final int EXCHANGE_BYTES = 1 << 16;
    private static final long CHUNK_BYTES = 1 << 18;
    private static final int SLOT = 16;
    /** Of floats: not a number. */
    private static final byte UNWRITTEN = (byte) 0xff;

    private final HostKernels.Functions functions;
    private final Order order;
    private final Map<Long, Memory> memory = new HashMap<>();

    /** In which order blocks, and threads between barriers, take their turns; results must not depend on it. */
    public enum Order {
        FORWARD,
        BACKWARD
    }

    private HostBoard(HostKernels.Functions functions, Order order) {
        this.functions = functions;
        this.order = order;
    }

    /** The CUDA engine on the host; a test that asks is skipped where there is no g++. */
    public static Engine engineOrSkip(Order order) {
        return new CudaEngine(boardOrSkip(order), CHUNK_BYTES);
    }

    /** A test that asks is skipped where there is no g++. */
    public static HostBoard boardOrSkip(Order order) {
        return new HostBoard(HostKernels.orSkip(), order);
    }

    /** The CUDA engine on this board. */
    public Engine engine() {
        return new CudaEngine(this, CHUNK_BYTES);
    }

    /** Number of allocations that are not given back. */
    public int held() {
        return memory.size();
    }

    @Override
    public String description() {
        return "the host";
    }

    @Override
    public long allocate(long bytes) {
        Memory part = new Memory(bytes + Arena.ALIGNMENT);
        part.setMemory(0, part.size(), UNWRITTEN);
        long address = (Pointer.nativeValue(part) + Arena.ALIGNMENT - 1) & -Arena.ALIGNMENT;
        memory.put(address, part);
        return address;
    }

    @Override
    public void free(long address) {
        Memory part = memory.remove(address);
        if (part == null) {
            throw new IllegalArgumentException("no memory starts at " + address);
        }
        part.close();
    }

    @Override
    public int exchangeBytes() {
        return EXCHANGE_BYTES;
    }

    @Override
    public ByteBuffer lend(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void send(ByteBuffer lent, long to) {
        new Pointer(to).write(0, lent.array(), 0, lent.capacity());
    }

    @Override
    public ByteBuffer fetch(long from, int bytes) {
        return ByteBuffer.wrap(new Pointer(from).getByteArray(0, bytes)).order(ByteOrder.nativeOrder());
    }

    @Override
    public void copy(long from, long to, long bytes) {
        new Pointer(to).getByteBuffer(0, bytes).put(new Pointer(from).getByteBuffer(0, bytes));
    }

    @Override
    public void clear(long at, long bytes) {
        new Pointer(at).setMemory(0, bytes, (byte) 0);
    }

    @Override
    public void launch(String kernel, Grid grid, Arguments arguments) {
        List<byte[]> values = arguments.values();
        int[] sizes = values.stream().mapToInt(value -> value.length).toArray();
        Memory all = new Memory(
                1L * SLOT * values.stream().mapToInt(HostBoard::slots).sum());
        long at = 0;
        for (byte[] value : values) {
            all.write(at, value, 0, value.length);
            at += (long) SLOT * slots(value);
        }
        String problem;
        synchronized (HostKernels.class) { // one block runs at a time
            problem = functions.launch(
                    kernel,
                    grid.x(),
                    grid.y(),
                    grid.threads(),
                    grid.sharedBytes(),
                    order.ordinal(),
                    all,
                    sizes,
                    sizes.length);
        }
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
    }

    private static int slots(byte[] value) {
        return (value.length + SLOT - 1) / SLOT;
    }

    @Override
    public void multiply(Product product) {
        Product.Factor a = product.a();
        Product.Factor b = product.b();
        functions.multiply(
                product.m(),
                product.n(),
                product.k(),
                product.count(),
                new Pointer(a.address()),
                a.row(),
                a.order().ordinal(),
                a.step(),
                new Pointer(b.address()),
                b.row(),
                b.order().ordinal(),
                b.step(),
                new Pointer(product.c().address()),
                product.c().row(),
                product.c().step());
    }

    /** All work is done when its call returns. */
    @Override
    public void follow(Board other) {
        if (!(other instanceof HostBoard)) {
            throw new IllegalArgumentException("not the host: " + other.description());
        }
    }

    /** All work is done when its call returns. */
    @Override
    public void settle() {}

    @Override
    public byte[] newGroup() {
        throw new UnsupportedOperationException("the host is one task");
    }

    @Override
    public Transfers join(Peers.Link link) {
        throw new UnsupportedOperationException("the host is one task");
    }

    @Override
    public void close() {
        // Its memory is given back one by one.
    }
}
