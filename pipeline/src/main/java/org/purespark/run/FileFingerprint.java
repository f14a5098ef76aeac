// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

/**
 * Identifies the content of a file.
 *
 * @param name the file's name, or its path in the run directory
 * @param size bytes
 * @param sha256 of the content, 64 hexadecimal digits
 */
public record FileFingerprint(String name, long size, String sha256) {}
