// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_OUT_OF_MEMORY;
import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static org.bytedeco.cuda.global.cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudart.CUuuid;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.purespark.InputException;
import org.purespark.model.engine.Peers;
import org.purespark.model.engine.ProductPrecision;

/**
 * One GPU, by CUDA's driver. Each board has a stream of its own; transfers go through page-locked memory.
 */
final class CudaBoard implements Board {
    private static final int EXCHANGE_BYTES = 8 << 20;
    private static final int SLOT = 256;
    private static final long WORKSPACE_BYTES = 32L << 20;
    /** More shared memory for a block must be asked for. */
    private static final int USUAL_SHARED_BYTES = 48 << 10;

    private static final int MOST_ARGUMENTS = 32;
    private static final int ARGUMENT_BYTES = 128;
    private static final int NAME_BYTES = 256;
    private static final int UUID_BYTES = 16;
    private final int device;
    private final String description;
    private final CUctx_st context = new CUctx_st();
    private final CUmod_st module = new CUmod_st();
    private final CUstream_st stream = new CUstream_st();
    /** Number of calls that put work into the stream. */
    private final AtomicLong workGiven = new AtomicLong();
    /** What other boards had been given when this one last followed them. */
    private final Map<CudaBoard, Long> followed = new HashMap<>();

    private final Map<String, CUfunc_st> functions = new HashMap<>();
    private final CudaProductPlans products;
    private final long workspace;
    /** Page-locked, on the way to the device; {@link #lentTo} bytes are lent since the last wait. */
    private final Pointer up = new Pointer();

    private final Pointer down = new Pointer();
    private final ByteBuffer upBytes;
    private final ByteBuffer downBytes;
    private final BytePointer arguments = new BytePointer((long) MOST_ARGUMENTS * ARGUMENT_BYTES);
    private final LongPointer argumentAddresses = new LongPointer(MOST_ARGUMENTS);
    /** The same memory as {@link #argumentAddresses}. */
    private final PointerPointer<Pointer> parameters = new PointerPointer<>(argumentAddresses);

    private int lentFrom;
    private int lentTo;

    private CudaBoard(int ordinal, ProductPrecision precision, KernelCache cache) {
        this.device = deviceOf(ordinal);
        String architecture = architecture(device);
        this.description = name(device) + " (" + architecture + ")";
        check(cudart.cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
        boolean started = false;
        try {
            use();
            check(cudart.cuStreamCreate(stream, cudart.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
            byte[] kernels = cache.kernels(architecture, KernelCompiler.version(), KernelCompiler::compile);
            try (BytePointer image = new BytePointer(kernels)) {
                check(cudart.cuModuleLoadData(module, image), "cuModuleLoadData");
            }
            check(cudart.cuMemHostAlloc(up, EXCHANGE_BYTES, 0), "cuMemHostAlloc");
            check(cudart.cuMemHostAlloc(down, EXCHANGE_BYTES, 0), "cuMemHostAlloc");
            this.upBytes = bytes(up);
            this.downBytes = bytes(down);
            this.workspace = allocate(WORKSPACE_BYTES);
            this.products = new CudaProductPlans(precision, workspace, WORKSPACE_BYTES, stream);
            started = true;
        } finally {
            if (!started) {
                undo();
            }
        }
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
            argumentAddresses.put(i, arguments.address() + (long) i * ARGUMENT_BYTES);
        }
    }

    /** Gives back what a start that fails has taken. Its own failure is the one to report: these are not checked. */
    private void undo() {
        if (workspace != 0) {
            cudart.cuMemFree(workspace);
        }
        for (Pointer exchange : new Pointer[] {up, down}) {
            if (!exchange.isNull()) {
                cudart.cuMemFreeHost(exchange);
            }
        }
        if (!module.isNull()) {
            cudart.cuModuleUnload(module);
        }
        if (!stream.isNull()) {
            cudart.cuStreamDestroy(stream);
        }
        cudart.cuDevicePrimaryCtxRelease(device);
    }

    /**
     * The board of a device.
     *
     * @param ordinal its number, from 0, among the devices that this process sees
     * @throws InputException if a library is missing, or there is no such device
     */
    static CudaBoard open(int ordinal, ProductPrecision precision, KernelCache cache) {
        requireDevice(ordinal);
        return new CudaBoard(ordinal, precision, cache);
    }

    /** @throws InputException if a library is missing, or there is no such device */
    static void requireDevice(int ordinal) {
        CudaLibraries.require();
        deviceOf(ordinal);
    }

    /** @throws InputException as {@link #requireDevice} */
    static DeviceSeats.Gpu gpu(int ordinal) {
        requireDevice(ordinal);
        int device = deviceOf(ordinal);
        try (CUuuid uuid = new CUuuid()) {
            check(cudart.cuDeviceGetUuid_v2(uuid, device), "cuDeviceGetUuid");
            StringBuilder identity = new StringBuilder();
            for (int i = 0; i < UUID_BYTES; i++) {
                identity.append(HexFormat.of().toHexDigits(uuid.bytes(i)));
            }
            return new DeviceSeats.Gpu(
                    identity.toString(), "GPU " + ordinal + " (" + name(device) + ", UUID " + identity + ")");
        }
    }

    private static int deviceOf(int ordinal) {
        int initialized = cudart.cuInit(0);
        if (initialized != CUDA_SUCCESS) {
            throw new InputException("compute.engine cuda: NVIDIA's driver finds no GPU that it can use: "
                    + errorName(initialized) + "; see what nvidia-smi says on this machine");
        }
        int[] count = new int[1];
        check(cudart.cuDeviceGetCount(count), "cuDeviceGetCount");
        if (ordinal >= count[0]) {
            throw new InputException("compute.engine cuda: there is no GPU " + ordinal + ": this process sees "
                    + count[0]
                    + " of them, counted from 0 (CUDA_VISIBLE_DEVICES="
                    + System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", "") + ")");
        }
        int[] device = new int[1];
        check(cudart.cuDeviceGet(device, ordinal), "cuDeviceGet");
        return device[0];
    }

    private static String architecture(int device) {
        return "sm_" + attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    }

    private static int attribute(int device, int attribute) {
        int[] value = new int[1];
        check(cudart.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
        return value[0];
    }

    private static String name(int device) {
        byte[] name = new byte[NAME_BYTES];
        check(cudart.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
        return new String(name, StandardCharsets.UTF_8).split("\0", 2)[0];
    }

    private static ByteBuffer bytes(Pointer memory) {
        return new BytePointer(memory).capacity(EXCHANGE_BYTES).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** Another thread may have called before. */
    void use() {
        check(cudart.cuCtxSetCurrent(context), "cuCtxSetCurrent");
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public long allocate(long bytes) {
        use();
        long[] address = new long[1];
        int result = cudart.cuMemAlloc(address, bytes);
        if (result == CUDA_ERROR_OUT_OF_MEMORY) {
            throw new InputException("the memory of " + description + " is full: " + bytes
                    + " more bytes are needed; set a smaller batch, or give a GPU fewer tasks");
        }
        check(result, "cuMemAlloc");
        return address[0];
    }

    @Override
    public void free(long address) {
        use();
        check(cudart.cuMemFree(address), "cuMemFree");
    }

    @Override
    public int exchangeBytes() {
        return EXCHANGE_BYTES;
    }

    @Override
    public ByteBuffer lend(int bytes) {
        int from = (lentTo + SLOT - 1) / SLOT * SLOT;
        if (from + bytes > EXCHANGE_BYTES) {
            settle();
            from = 0;
        }
        lentFrom = from;
        lentTo = from + bytes;
        return upBytes.slice(from, bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void send(ByteBuffer lent, long to) {
        use();
        Pointer from = new BytePointer(up).position(lentFrom);
        check(cudart.cuMemcpyHtoDAsync(to, from, lent.capacity(), stream), "cuMemcpyHtoDAsync");
        workGiven.incrementAndGet();
    }

    @Override
    public ByteBuffer fetch(long from, int bytes) {
        use();
        check(cudart.cuMemcpyDtoHAsync(down, from, bytes, stream), "cuMemcpyDtoHAsync");
        settle();
        return downBytes.slice(0, bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void follow(Board other) {
        if (!(other instanceof CudaBoard first)) {
            throw new IllegalArgumentException("not a GPU: " + other.description());
        }
        long work = first.workGiven.get();
        if (Long.valueOf(work).equals(followed.get(first))) {
            return;
        }
        use();
        try (CUevent_st event = new CUevent_st()) {
            check(cudart.cuEventCreate(event, cudart.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
            check(cudart.cuEventRecord(event, first.stream), "cuEventRecord");
            check(cudart.cuStreamWaitEvent(stream, event, 0), "cuStreamWaitEvent");
            check(cudart.cuEventDestroy(event), "cuEventDestroy");
        }
        followed.put(first, work);
    }

    @Override
    public void settle() {
        use();
        check(cudart.cuStreamSynchronize(stream), "cuStreamSynchronize");
    }

    @Override
    public void copy(long from, long to, long bytes) {
        use();
        check(cudart.cuMemcpyDtoDAsync(to, from, bytes, stream), "cuMemcpyDtoDAsync");
        workGiven.incrementAndGet();
    }

    @Override
    public void clear(long at, long bytes) {
        use();
        check(cudart.cuMemsetD8Async(at, (byte) 0, bytes, stream), "cuMemsetD8Async");
        workGiven.incrementAndGet();
    }

    @Override
    public void launch(String kernel, Grid grid, Arguments given) {
        use();
        CUfunc_st function = functions.computeIfAbsent(kernel, this::function);
        if (grid.sharedBytes() > USUAL_SHARED_BYTES) {
            check(
                    cudart.cuFuncSetAttribute(
                            function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, grid.sharedBytes()),
                    "cuFuncSetAttribute of " + kernel);
        }
        List<byte[]> values = given.values();
        for (int i = 0; i < values.size(); i++) {
            arguments.position((long) i * ARGUMENT_BYTES).put(values.get(i), 0, values.get(i).length);
        }
        arguments.position(0);
        check(
                cudart.cuLaunchKernel(
                        function,
                        Math.toIntExact(grid.x()),
                        grid.y(),
                        1,
                        grid.threads(),
                        1,
                        1,
                        grid.sharedBytes(),
                        stream,
                        parameters,
                        (PointerPointer<?>) null),
                "cuLaunchKernel of " + kernel);
        workGiven.incrementAndGet();
    }

    private CUfunc_st function(String kernel) {
        CUfunc_st function = new CUfunc_st();
        int result = cudart.cuModuleGetFunction(function, module, kernel);
        if (result != CUDA_SUCCESS) {
            throw new IllegalArgumentException("there is no kernel " + kernel + ": " + errorName(result));
        }
        return function;
    }

    @Override
    public void multiply(Product product) {
        use();
        products.multiply(product);
        workGiven.incrementAndGet();
    }

    @Override
    public byte[] newGroup() {
        use();
        return NcclTransfers.newGroup();
    }

    @Override
    public Transfers join(Peers.Link link) {
        use();
        return new NcclTransfers(this, stream, link);
    }

    private static void check(int result, String call) {
        if (result != CUDA_SUCCESS) {
            throw new IllegalStateException("CUDA's " + call + " fails: " + errorName(result));
        }
    }

    private static String errorName(int result) {
        try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
            return cudart.cuGetErrorName(result, name) == CUDA_SUCCESS
                    ? name.get(BytePointer.class, 0).getString()
                    : "error " + result;
        }
    }

    @Override
    public void close() {
        settle();
        products.close();
        free(workspace);
        check(cudart.cuMemFreeHost(up), "cuMemFreeHost");
        check(cudart.cuMemFreeHost(down), "cuMemFreeHost");
        check(cudart.cuStreamDestroy(stream), "cuStreamDestroy");
        check(cudart.cuModuleUnload(module), "cuModuleUnload");
        check(cudart.cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
        arguments.close();
        argumentAddresses.close();
    }
}
