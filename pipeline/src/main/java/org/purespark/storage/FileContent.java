// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

/**
 * What a file holds, in short.
 *
 * @param bytes its length
 * @param sha256 of all of them, 64 hexadecimal digits
 */
public record FileContent(long bytes, String sha256) {}
