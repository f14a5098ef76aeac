package org.purespark.run;

/**
 * What identifies a file's content.
 *
 * @param name without its directory, or relative to the run directory
 * @param size bytes
 * @param sha256 of the content, 64 hexadecimal digits
 */
public record FileFingerprint(String name, long size, String sha256) {}
