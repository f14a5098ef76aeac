// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The arguments of a kernel in the order of its parameters, each as C++ lays it out in memory. */
final class Arguments {
    private final List<byte[]> values = new ArrayList<>();

    /** A pointer; null becomes a null pointer. */
    Arguments array(CudaArray array) {
        return address(array == null ? 0 : array.address());
    }

    /** A pointer. */
    Arguments address(long address) {
        return length(address);
    }

    /** A parameter of type int. */
    Arguments number(int value) {
        values.add(bytes(Integer.BYTES).putInt(value).array());
        return this;
    }

    /** A parameter of type i64. */
    Arguments length(long value) {
        values.add(bytes(Long.BYTES).putLong(value).array());
        return this;
    }

    /** A parameter of type float. */
    Arguments real(double value) {
        values.add(bytes(Float.BYTES).putFloat((float) value).array());
        return this;
    }

    /** A structure. */
    Arguments structure(byte[] value) {
        values.add(value);
        return this;
    }

    /** The bytes of each argument. */
    List<byte[]> values() {
        return values;
    }

    /** Memory for a structure, in the machine's byte order. */
    static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.nativeOrder());
    }
}
