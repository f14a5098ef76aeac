// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.graph;

/** Gets the time of each operation of a graph. */
public interface OpListener {
    /** Does nothing. */
    OpListener NONE = (operation, nanos) -> {};

    /**
     * One operation is done.
     *
     * @param operation name of its class
     * @param nanos nanoseconds of the operation, from inputs to outputs
     */
    void computed(String operation, long nanos);
}
