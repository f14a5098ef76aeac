// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_NOT_READY;
import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.nccl.NCCL_UNIQUE_ID_BYTES;
import static org.bytedeco.cuda.global.nccl.NCCL_VERSION_CODE;
import static org.bytedeco.cuda.global.nccl.ncclFloat32;
import static org.bytedeco.cuda.global.nccl.ncclInProgress;
import static org.bytedeco.cuda.global.nccl.ncclSuccess;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.cuda.nccl.ncclConfig_t;
import org.bytedeco.cuda.nccl.ncclUniqueId;
import org.bytedeco.javacpp.Pointer;
import org.purespark.model.engine.Peers;

/**
 * Transfers by NCCL in a board's stream. No call of NCCL waits for other tasks: this class asks again and again, and
 * gives up when its task is cancelled.
 */
final class NcclTransfers implements Board.Transfers {
    private static final long ASK_AGAIN_NANOS = 50_000;
    /** NCCL_API_MAGIC. */
    private static final int MAGIC = 0xcafebeef;
    /** NCCL_CONFIG_UNDEF_INT: as NCCL and its environment variables decide. */
    private static final int UNDECIDED = Integer.MIN_VALUE;

    private final CudaBoard board;
    private final CUstream_st stream;
    private final BooleanSupplier cancelled;
    private final ncclComm group = new ncclComm();

    /** Waits until all tasks have joined. */
    NcclTransfers(CudaBoard board, CUstream_st stream, Peers.Link link) {
        this.board = board;
        this.stream = stream;
        this.cancelled = link.cancelled();
        try (ncclUniqueId identity = new ncclUniqueId();
                ncclConfig_t config = new ncclConfig_t()) {
            for (int i = 0; i < NCCL_UNIQUE_ID_BYTES; i++) {
                identity.internal(i, link.group()[i]);
            }
            config.size(config.sizeof()).magic(MAGIC).version(NCCL_VERSION_CODE).blocking(0);
            config.cgaClusterSize(UNDECIDED).minCTAs(UNDECIDED).maxCTAs(UNDECIDED);
            config.netName(null).splitShare(UNDECIDED).trafficClass(UNDECIDED).commName(null);
            config.collnetEnable(UNDECIDED)
                    .CTAPolicy(UNDECIDED)
                    .shrinkShare(UNDECIDED)
                    .nvlsCTAs(UNDECIDED);
            check(
                    nccl.ncclCommInitRankConfig(group, link.tasks(), identity, link.rank(), config),
                    "ncclCommInitRankConfig");
            awaitGroup("waiting for the other tasks to join");
        }
    }

    static byte[] newGroup() {
        CudaLibraries.requirePeers();
        byte[] bytes = new byte[NCCL_UNIQUE_ID_BYTES];
        try (ncclUniqueId identity = new ncclUniqueId()) {
            check(nccl.ncclGetUniqueId(identity), "ncclGetUniqueId");
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = identity.internal(i);
            }
        }
        return bytes;
    }

    @Override
    public void transfer(List<Board.Part> sent, List<Board.Part> received) {
        board.use();
        check(nccl.ncclGroupStart(), "ncclGroupStart");
        for (Board.Part part : sent) {
            Pointer from = CudaProductPlans.pointer(part.address());
            check(nccl.ncclSend(from, part.count(), ncclFloat32, part.task(), group, stream), "ncclSend");
        }
        for (Board.Part part : received) {
            Pointer to = CudaProductPlans.pointer(part.address());
            check(nccl.ncclRecv(to, part.count(), ncclFloat32, part.task(), group, stream), "ncclRecv");
        }
        check(nccl.ncclGroupEnd(), "ncclGroupEnd");
        awaitGroup("beginning a transfer");
        while (true) {
            int state = cudart.cuStreamQuery(stream);
            if (state == CUDA_SUCCESS) {
                return;
            }
            if (state != CUDA_ERROR_NOT_READY) {
                throw givenUp("error " + state + " of the device, in a transfer");
            }
            requireGoingOn("in a transfer");
            LockSupport.parkNanos(ASK_AGAIN_NANOS);
        }
    }

    private void awaitGroup(String doing) {
        while (requireGoingOn(doing) == ncclInProgress) {
            LockSupport.parkNanos(ASK_AGAIN_NANOS);
        }
    }

    /** The group's state: success, or in progress. */
    private int requireGoingOn(String doing) {
        if (cancelled.getAsBoolean()) {
            throw givenUp("this task is cancelled, " + doing);
        }
        int[] state = new int[1];
        int asked = nccl.ncclCommGetAsyncError(group, state);
        int result = asked == ncclSuccess ? state[0] : asked;
        if (result != ncclSuccess && result != ncclInProgress) {
            throw givenUp(text(result) + ", " + doing + "; set NCCL_DEBUG=WARN for NCCL's own words");
        }
        return result;
    }

    /** Others may wait for this task, so it leaves the group at once. */
    private IllegalStateException givenUp(String why) {
        close();
        return new IllegalStateException("the exchange by NCCL ends: " + why);
    }

    private static void check(int result, String call) {
        if (result != ncclSuccess && result != ncclInProgress) {
            throw new IllegalStateException(
                    "NCCL's " + call + " fails: " + text(result) + "; set NCCL_DEBUG=WARN for its own words");
        }
    }

    private static String text(int result) {
        return nccl.ncclGetErrorString(result).getString();
    }

    /** Does not wait for the other tasks. */
    @Override
    public void close() {
        if (!group.isNull()) {
            board.use();
            nccl.ncclCommAbort(group);
            group.setNull();
        }
    }
}
