package org.purespark.model.ops;

/** Is told how long each operation of a graph took. */
public interface OpListener {
    /** Listens to nothing. */
    OpListener NONE = (operation, nanos) -> {};

    /**
     * One operation was computed.
     *
     * @param operation its name in SameDiff, or its class's name where it is the project's own
     * @param nanos nanoseconds from its inputs being there to its outputs being there
     */
    void computed(String operation, long nanos);
}
