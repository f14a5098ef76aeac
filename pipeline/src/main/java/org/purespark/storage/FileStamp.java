// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

/**
 * Name, size and time of a file. If they are the same, the file has most likely not changed.
 *
 * @param name the file's name; for a file of a directory, its path in this directory
 * @param size bytes
 * @param modifiedMillis time of the last change, in milliseconds since 1970
 */
public record FileStamp(String name, long size, long modifiedMillis) {}
