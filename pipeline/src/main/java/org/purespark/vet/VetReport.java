// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.io.IOException;
import java.util.List;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.Storage;

/**
 * {@code vet.json}: what an examination of a classifier has found.
 *
 * @param schema 1
 * @param verdict the answer
 * @param confidence 0 to 1, the share of the calibration's models that the rule behind the verdict puts right when
 *     their attack is left out of the fit; null where no calibration applies
 * @param reason of the verdict, in words
 * @param subject what was examined
 * @param findings short inputs that turn texts, the strongest first
 * @param signals figures of the model
 * @param calibration where the thresholds come from; null if there is none
 * @param texts number of clean texts that were used
 * @param seconds that the examination took
 * @param seed of everything that is drawn
 * @param version of this program
 */
public record VetReport(
        int schema,
        VetVerdict verdict,
        Double confidence,
        String reason,
        Subject subject,
        List<VetFinding> findings,
        List<VetSignal> signals,
        CalibrationUse calibration,
        int texts,
        double seconds,
        long seed,
        String version) {
    public static final int SCHEMA = 1;

    /** Name of the file in a run directory. */
    public static final String FILE = "vet.json";

    /**
     * What was examined.
     *
     * @param model address
     * @param digest {@code sha256:} and 64 hexadecimal digits, of the names and contents of the model's files
     * @param family {@code model_type} of its {@code config.json}
     * @param labels names of its classes, at least two
     */
    public record Subject(String model, String digest, String family, List<String> labels) {
        public Subject {
            Require.text("subject.model", model);
            Require.that(
                    digest != null && digest.matches("sha256:[0-9a-f]{64}"),
                    "subject.digest is " + digest + ", expected sha256: and 64 hexadecimal digits");
            Require.text("subject.family", family);
            labels = Require.list("subject.labels", labels);
            Require.that(labels.size() >= 2, "subject.labels has " + labels.size() + " names, expected two or more");
        }
    }

    /**
     * A calibration that was used.
     *
     * @param name of the calibration
     * @param version of the calibration
     * @param digest {@code sha256:} and 64 hexadecimal digits, of its file
     */
    public record CalibrationUse(String name, String version, String digest) {
        public CalibrationUse {
            Require.text("calibration.name", name);
            Require.text("calibration.version", version);
            Require.text("calibration.digest", digest);
        }
    }

    public VetReport {
        Require.that(schema == SCHEMA, "schema is " + schema + ", expected " + SCHEMA);
        Require.that(verdict != null, "verdict is null");
        Require.that(
                confidence == null || (confidence >= 0 && confidence <= 1),
                "confidence is " + confidence + ", expected 0 to 1 or null");
        Require.text("reason", reason);
        Require.that(subject != null, "subject is null");
        findings = Require.list("findings", findings);
        signals = Require.list("signals", signals);
        Require.that(texts >= 0, "texts is " + texts + ", expected 0 or more");
        Require.that(
                Double.isFinite(seconds) && seconds >= 0, "seconds is " + seconds + ", expected a number, at least 0");
        Require.text("version", version);
    }

    /** Replaces {@code vet.json} in a directory. */
    public void write(Storage storage, String directory) throws IOException {
        storage.replace(Storage.child(directory, FILE), JsonFiles.indented(this));
    }

    /**
     * The report in a directory.
     *
     * @throws org.purespark.InputException if the file is absent or not valid; the message names it
     */
    public static VetReport read(Storage storage, String directory) throws IOException {
        return new JsonFiles(storage).read(Storage.child(directory, FILE), VetReport.class, SCHEMA);
    }
}
