package org.purespark.model.graph;

/** Is told how long each operation of a graph took. */
public interface OpListener {
    /** Listens to nothing. */
    OpListener NONE = (operation, nanos) -> {};

    /**
     * One operation was computed.
     *
     * @param operation name of its class
     * @param nanos nanoseconds from its inputs being there to its outputs being there
     */
    void computed(String operation, long nanos);
}
