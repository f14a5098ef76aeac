package org.purespark.model;

import org.nd4j.nativeblas.NativeOpsHolder;

/** How many threads the native library may use: a setting of the whole process. */
final class NativeThreads {
    private NativeThreads() {}

    static void use(int threads) {
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    }
}
