// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.run.FileFingerprint;
import org.purespark.run.Fingerprints;
import org.purespark.run.RunDirectory;
import org.purespark.run.RunRecord;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.RepairFile;
import org.purespark.signing.ModelSignature;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * What is told of a run's purified model.
 *
 * @param files of the model, but for its signature
 * @param config its {@code config.json}
 * @param metrics figures
 * @param repair how it was made; empty in a run directory without that record
 * @param run inputs and stages; empty in a run directory without that record
 * @param verdict in words
 * @param version of this program
 */
record PurifiedModel(
        List<FileFingerprint> files,
        JsonNode config,
        MetricsFile metrics,
        Optional<RepairFile> repair,
        Optional<RunRecord> run,
        String verdict,
        String version) {
    PurifiedModel {
        files = List.copyOf(files);
    }

    /** Reads a run directory in which all stages but the report are complete. */
    static PurifiedModel read(Storage storage, RunDirectory directory, String verdict, String version)
            throws IOException {
        String address = directory.file(RunDirectory.PURIFIED);
        List<FileFingerprint> files = new Fingerprints(storage)
                .input(RunDirectory.PURIFIED, address).files().stream()
                        .filter(file -> !file.name().equals(ModelSignature.NAME))
                        .toList();
        Optional<RepairFile> repair = storage.exists(directory.file(RunDirectory.REPAIR))
                ? Optional.of(directory.read(RunDirectory.REPAIR, RepairFile.class, RepairFile.SCHEMA))
                : Optional.empty();
        return new PurifiedModel(
                files,
                config(storage, Storage.child(address, "config.json")),
                directory.read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA),
                repair,
                directory.record(),
                verdict,
                version);
    }

    private static JsonNode config(Storage storage, String address) throws IOException {
        try {
            return new ObjectMapper().readTree(storage.readText(address, FileKind.MODEL_CONFIG));
        } catch (JsonProcessingException e) {
            throw new InputException(
                    "cannot read " + address + ": it is not valid JSON; run the stage normalize again", e);
        }
    }
}
