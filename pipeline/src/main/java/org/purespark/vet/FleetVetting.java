// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.Settings;
import org.purespark.encoder.EncoderConfig;
import org.purespark.run.Fingerprints;
import org.purespark.storage.Storage;
import org.purespark.vet.calibration.Calibration;
import org.purespark.vet.calibration.CalibrationFit;
import org.purespark.vet.calibration.FleetLine;
import org.purespark.vet.calibration.Member;
import org.purespark.vet.calibration.ModelShape;

/**
 * Examines models of known truth and fits a calibration to them. Each report is kept in the run directory, and is used
 * again by a later call with the same model, texts and settings.
 *
 * @param vetting examines one
 * @param run address of the run directory
 * @param cleanModel address of the encoder that all were made from; null if it is not known
 * @param messages gets each line that a person should read
 */
public record FleetVetting(
        Storage storage, Settings settings, Vetting vetting, String run, String cleanModel, Consumer<String> messages) {
    /**
     * The calibration of all models.
     *
     * @param test address of clean labelled texts, for lines that name none
     * @throws org.purespark.InputException if a model cannot be examined, or there are too few models
     */
    public Calibration of(String name, String version, List<FleetLine> fleet, String test) throws IOException {
        List<Member> members = new ArrayList<>();
        for (FleetLine line : fleet) {
            String texts = line.test() == null ? test : line.test();
            VetReport report = report(new VetTarget(ModelAddress.of(line.model()), cleanModel, texts));
            SortedMap<String, Double> figures = new TreeMap<>();
            report.signals().forEach(signal -> figures.put(signal.name(), signal.value()));
            members.add(
                    new Member(line.model(), shape(line.model(), report), line.backdoored(), line.attack(), figures));
        }
        return CalibrationFit.of(name, version, settings.vet(), members);
    }

    private ModelShape shape(String model, VetReport report) throws IOException {
        EncoderConfig encoder = new CheckpointReader(storage).readShape(model);
        return new ModelShape(
                report.subject().family(),
                encoder.layers(),
                encoder.hidden(),
                report.subject().labels().size());
    }

    private VetReport report(VetTarget target) throws IOException {
        String directory = Storage.child(run, key(target));
        if (storage.exists(Storage.child(directory, VetReport.FILE))) {
            messages.accept(target.model().directory() + ": examined before, in " + directory);
            return VetReport.read(storage, directory);
        }
        VetReport report = vetting.run(target, null);
        storage.makeDirectory(directory);
        report.write(storage, directory);
        return report;
    }

    /** Changes with all that the figures depend on. */
    private String key(VetTarget target) throws IOException {
        Fingerprints of = new Fingerprints(storage);
        StringBuilder text = new StringBuilder();
        text.append(of.input("model", target.model().directory()).digest()).append('\n');
        text.append(of.input("test", target.test()).digest()).append('\n');
        if (cleanModel != null) {
            text.append(of.input("clean-model", cleanModel).digest());
        }
        text.append('\n').append(settings.vet()).append('\n').append(settings.text());
        text.append('\n').append(settings.seed());
        return Fingerprints.digest(text.toString()).substring(0, 16);
    }
}
