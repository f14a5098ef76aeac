// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.purespark.storage.FileStamp;
import org.purespark.storage.Storage;

/**
 * The outputs of stages that are in their places in a run directory.
 *
 * @param address of the run directory
 */
record PlacedOutputs(Storage storage, StampedDigests digests, String address) {
    /** The files of a stage's outputs, by name. */
    Map<String, FileStamp> stamps(StageName stage) throws IOException {
        Map<String, FileStamp> stamps = new LinkedHashMap<>();
        for (String output : stage.outputs()) {
            String prefix = storage.isDirectory(file(output)) ? output + "/" : null;
            for (FileStamp stamp : storage.stamps(file(output))) {
                stamps.put(prefix == null ? output : prefix + stamp.name(), stamp);
            }
        }
        return stamps;
    }

    /** A stage's outputs as they are now, without the card, which may change. */
    List<FileFingerprint> now(StageName stage) throws IOException {
        List<FileFingerprint> files = new ArrayList<>();
        for (var found : stamps(stage).entrySet()) {
            if (!found.getKey().equals(RunDirectory.PURIFIED_CARD)) {
                String sha256 = digests.of(file(found.getKey()), found.getValue());
                files.add(new FileFingerprint(found.getKey(), found.getValue().size(), sha256));
            }
        }
        return files;
    }

    /** The recorded outputs that are there, as they are now. Of a file of another size the digest is left empty. */
    Map<String, FileFingerprint> recorded(StageName stage, StageEntry entry) throws IOException {
        Map<String, FileStamp> stamps = stamps(stage);
        Map<String, FileFingerprint> present = new TreeMap<>();
        for (FileFingerprint output : entry.outputs()) {
            FileStamp stamp = stamps.get(output.name());
            if (stamp != null) {
                String sha256 = stamp.size() == output.size() ? digests.of(file(output.name()), stamp) : "";
                present.put(output.name(), new FileFingerprint(output.name(), stamp.size(), sha256));
            }
        }
        return present;
    }

    /** Learns the digests of files that this process has just moved to their places. */
    void learn(StageName stage, List<FileFingerprint> written) throws IOException {
        Map<String, FileStamp> stamps = stamps(stage);
        for (FileFingerprint file : written) {
            digests.learn(file(file.name()), stamps.get(file.name()), file.sha256());
        }
    }

    private String file(String name) {
        return Storage.child(address, name);
    }
}
