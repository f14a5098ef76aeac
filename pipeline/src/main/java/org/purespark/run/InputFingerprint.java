// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.util.List;

/**
 * Identifies an input: a file, or the files in and below a directory.
 *
 * @param address as the user gives it
 * @param files by name
 */
public record InputFingerprint(String address, List<FileFingerprint> files) {
    public InputFingerprint {
        files = List.copyOf(files);
    }

    /** SHA-256 over names, sizes and contents, without the directory: inputs may be moved. */
    public String digest() {
        return Fingerprints.digest(files);
    }
}
