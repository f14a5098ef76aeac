// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

import java.io.IOException;
import org.purespark.InputException;
import org.purespark.run.Fingerprints;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/** Reads calibrations; what is not valid is refused with its file and field. */
public final class CalibrationReader {
    private CalibrationReader() {}

    /**
     * A calibration with the digest of its file.
     *
     * @param digest {@code sha256:} and 64 hexadecimal digits
     */
    public record Read(Calibration calibration, String digest) {}

    /**
     * @param address of the file
     * @throws InputException if it is absent or not valid
     */
    public static Read read(Storage storage, String address) throws IOException {
        if (!storage.exists(address)) {
            throw new InputException("there is no calibration " + address
                    + ": name a file that bin/pure calibrate has written, or leave the option out");
        }
        return parse(address, storage.readText(address, FileKind.RUN_FILE));
    }

    static Read parse(String address, String text) {
        return new Read(
                JsonFiles.parse(address, text, Calibration.class, Calibration.SCHEMA),
                "sha256:" + Fingerprints.digest(text));
    }
}
