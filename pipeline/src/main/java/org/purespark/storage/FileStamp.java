package org.purespark.storage;

/**
 * What tells, without reading it, that a file has most likely not changed.
 *
 * @param name of a file that was asked for by its address, without its directory; of one in a directory relative to it
 * @param size bytes
 * @param modifiedMillis time of the last modification, since 1970
 */
public record FileStamp(String name, long size, long modifiedMillis) {}
