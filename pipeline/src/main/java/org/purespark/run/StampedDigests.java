// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.purespark.storage.FileStamp;

/** SHA-256 of files; a file is read once as long as its size and its time stay the same. */
final class StampedDigests {
    private final Fingerprints fingerprints;
    private final Map<String, Stamped> known = new HashMap<>();

    private record Stamped(FileStamp stamp, String sha256) {}

    StampedDigests(Fingerprints fingerprints) {
        this.fingerprints = fingerprints;
    }

    /** The digest of the file, which has this stamp now. */
    String of(String address, FileStamp stamp) throws IOException {
        Stamped before = known.get(address);
        if (before != null && before.stamp().equals(stamp)) {
            return before.sha256();
        }
        String sha256 = fingerprints.file(address, stamp.name()).sha256();
        learn(address, stamp, sha256);
        return sha256;
    }

    /** Takes a digest that was computed when the file was written. */
    void learn(String address, FileStamp stamp, String sha256) {
        known.put(address, new Stamped(stamp, sha256));
    }
}
