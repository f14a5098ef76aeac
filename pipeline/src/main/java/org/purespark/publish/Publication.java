// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import org.purespark.config.BomChoice;
import org.purespark.config.CardChoice;
import org.purespark.config.ExportSettings;
import org.purespark.mlflow.MlflowException;
import org.purespark.mlflow.MlflowExport;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.signing.ModelSignature;
import org.purespark.signing.SigningKey;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * What is written for other tools when a run is complete: figures in the card of the purified model, a bill of
 * materials beside it, its signature, and a run on a tracking server. No result depends on any of it, so no stage has
 * it as its output; it is brought up to date whenever the report is.
 */
public final class Publication {
    private final Storage storage;
    private final ExportSettings settings;
    private final Optional<SigningKey> key;
    private final Optional<MlflowExport> mlflow;
    private final String version;
    private final Consumer<String> messages;

    private Publication(
            Storage storage,
            ExportSettings settings,
            Optional<SigningKey> key,
            Optional<MlflowExport> mlflow,
            String version,
            Consumer<String> messages) {
        this.storage = storage;
        this.settings = settings;
        this.key = key;
        this.mlflow = mlflow;
        this.version = version;
        this.messages = messages;
    }

    /**
     * Reads the signing key and checks addresses, so that a wrong one is told before anything is made.
     *
     * @param version of this program
     * @param messages gets a line for each file that is written
     * @throws org.purespark.InputException if there is no such key, or an address is wrong
     */
    public static Publication of(Storage storage, ExportSettings settings, String version, Consumer<String> messages)
            throws IOException {
        Optional<SigningKey> key = settings.signingKey() == null
                ? Optional.empty()
                : Optional.of(SigningKey.read(storage, settings.signingKey()));
        Optional<MlflowExport> mlflow =
                MlflowExport.of(storage, settings, System.getenv(), Clock.systemUTC(), messages);
        return new Publication(storage, settings, key, mlflow, version, messages);
    }

    /**
     * Brings everything up to date.
     *
     * @param directory of a run with purified model and metrics
     * @param verdict of the run, in words
     */
    public void publish(RunDirectory directory, String verdict) throws IOException {
        card(directory);
        if (settings.bom() == BomChoice.CYCLONEDX) {
            String bom = new ModelBom(PurifiedModel.read(storage, directory, verdict, version)).render();
            if (directory.publish(RunDirectory.BOM, bom)) {
                messages.accept("wrote " + directory.file(RunDirectory.BOM));
            }
        }
        if (key.isPresent()) {
            sign(directory, key.get());
        }
        if (mlflow.isPresent()) {
            log(directory, mlflow.get());
        }
    }

    /** The run is complete, whatever another program's server says: a failure is told, and is no failure of the run. */
    private void log(RunDirectory directory, MlflowExport export) throws IOException {
        try {
            export.log(directory);
        } catch (MlflowException e) {
            messages.accept("not logged to MLflow: " + e.getMessage() + ". The run in " + directory.address()
                    + " is complete; give the same command again to log it");
        }
    }

    private void card(RunDirectory directory) throws IOException {
        String address = directory.file(RunDirectory.PURIFIED_CARD);
        if (!storage.exists(address)) {
            return;
        }
        String card = storage.readText(address, FileKind.RUN_FILE);
        String now = settings.card() == CardChoice.MODEL_INDEX
                ? CardMetadata.with(
                        card,
                        RunDirectory.PURIFIED,
                        directory.read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA))
                : CardMetadata.without(card);
        if (now.equals(card)) {
            return;
        }
        // a signature of the older card would be refused
        storage.delete(signature(directory).file());
        directory.publish(RunDirectory.PURIFIED_CARD, now);
        messages.accept("wrote figures into " + address);
    }

    private void sign(RunDirectory directory, SigningKey signing) throws IOException {
        ModelSignature signature = signature(directory);
        if (signature.exists() && signature.accepts(signing.publicKey())) {
            return;
        }
        directory.ensureOwn();
        int files = signature.write(signing);
        messages.accept("signed " + files + " files of " + signature.directory() + " in " + signature.file());
    }

    private ModelSignature signature(RunDirectory directory) {
        return ModelSignature.in(storage, directory.file(RunDirectory.PURIFIED));
    }
}
