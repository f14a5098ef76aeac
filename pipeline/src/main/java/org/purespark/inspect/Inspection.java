// SPDX-License-Identifier: Apache-2.0
package org.purespark.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.CheckpointSurvey;
import org.purespark.checkpoint.CheckpointSurvey.SurveyedTensor;
import org.purespark.checkpoint.CheckpointSurvey.Use;
import org.purespark.checkpoint.CheckpointSurveyor;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.PickledFile;
import org.purespark.checkpoint.TensorValues;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.family.DeclaredModel;
import org.purespark.inspect.InspectionReport.AdapterFacts;
import org.purespark.inspect.InspectionReport.ArchitectureFacts;
import org.purespark.inspect.InspectionReport.FileFacts;
import org.purespark.inspect.InspectionReport.Finding;
import org.purespark.inspect.InspectionReport.PickleFacts;
import org.purespark.inspect.InspectionReport.RowFacts;
import org.purespark.inspect.InspectionReport.Severity;
import org.purespark.inspect.InspectionReport.TensorFacts;
import org.purespark.inspect.InspectionReport.TokenizerFacts;
import org.purespark.inspect.InspectionReport.Verdict;
import org.purespark.inspect.InspectionReport.WeightFacts;
import org.purespark.storage.FileContent;
import org.purespark.storage.ReadDigests;
import org.purespark.storage.Storage;
import org.purespark.text.TokenizerSummary;

/**
 * Looks at a model's directory without loading the model: what it is, what is odd about it, and whether a run would
 * refuse it. Each file is read once or twice; no weights stay in memory.
 */
public final class Inspection {
    private final Storage storage;
    private final ModelAddress address;
    private final String model;
    private final ReadDigests digests;
    private final List<Finding> refusals = new ArrayList<>();
    private final List<Finding> warnings = new ArrayList<>();

    private Inspection(Storage storage, ModelAddress address) {
        this.storage = storage;
        this.address = address;
        this.model = address.directory();
        this.digests = new ReadDigests(storage);
    }

    /** @throws InputException if there is no such directory */
    public static InspectionReport of(Storage storage, String model) throws IOException {
        return of(storage, ModelAddress.of(model));
    }

    /**
     * Looks at an adapter too, merged into its base model.
     *
     * @throws InputException if there is no such directory
     */
    public static InspectionReport of(Storage storage, ModelAddress model) throws IOException {
        if (!storage.isDirectory(model.directory())) {
            throw new InputException("cannot read model " + model.directory()
                    + ": no such directory; expected one with config.json, weights and tokenizer files");
        }
        return new Inspection(storage, model).report();
    }

    private InspectionReport report() throws IOException {
        CheckpointSurvey survey = CheckpointSurveyor.survey(digests.storage(), address);
        survey.refusals().forEach(this::refuse);
        survey.warnings().forEach(this::warn);
        Optional<TokenizerSummary> tokenizer = tokenizer(survey);
        AdapterFacts adapter =
                survey.adapter().isPresent() ? adapter(survey.adapter().get()) : null;
        List<PickleFacts> pickles = pickles(survey);
        List<FileFacts> files = files(model);
        List<Finding> findings = new ArrayList<>(refusals);
        findings.addAll(warnings);
        return new InspectionReport(
                InspectionReport.SCHEMA,
                model,
                refusals.isEmpty() ? Verdict.ACCEPTED : Verdict.REFUSED,
                findings,
                survey.declared()
                        .map(declared -> architecture(declared, survey))
                        .orElse(null),
                adapter,
                weights(survey, tokenizer),
                tokenizer
                        .map(one -> new TokenizerFacts(
                                one.kind(),
                                one.vocabulary().size(),
                                one.largestId(),
                                one.padId(),
                                one.pairs().orElse(null)))
                        .orElse(null),
                pickles,
                files);
    }

    private static ArchitectureFacts architecture(DeclaredModel declared, CheckpointSurvey survey) {
        EncoderConfig encoder = declared.encoder();
        return new ArchitectureFacts(
                declared.family().modelType(),
                DeclaredModel.className(declared.family(), declared.classifierKind(), declared.classifier()),
                encoder.layers(),
                encoder.heads(),
                encoder.hidden(),
                encoder.intermediate(),
                encoder.vocabulary(),
                encoder.positions(),
                survey.labels(),
                survey.labels().isEmpty() ? null : survey.task().problemType(),
                survey.prunedHeads());
    }

    private AdapterFacts adapter(CheckpointSurvey.AdapterFacts facts) throws IOException {
        return new AdapterFacts(
                facts.base(), facts.rank(), facts.alpha(), facts.changed(), facts.whole(), files(facts.base()));
    }

    /** An adapter whose base is not known is refused for that already. */
    private String tokenizerDirectory(CheckpointSurvey survey) throws IOException {
        return survey.adapter().isPresent() ? new CheckpointReader(storage).tokenizerDirectory(address) : model;
    }

    private Optional<TokenizerSummary> tokenizer(CheckpointSurvey survey) throws IOException {
        try {
            TokenizerSummary summary = TokenizerSummary.read(digests.storage(), tokenizerDirectory(survey));
            summary.warnings().forEach(this::warn);
            survey.declared()
                    .map(declared -> declared.encoder().vocabulary())
                    .filter(rows -> summary.largestId() >= rows)
                    .ifPresent(rows -> warn("the tokenizer has ids up to " + summary.largestId()
                            + ", the word embedding has " + rows
                            + " rows: a text with a token of a larger id is refused"));
            return Optional.of(summary);
        } catch (InputException e) {
            refuse(e.getMessage());
            return Optional.empty();
        }
    }

    private WeightFacts weights(CheckpointSurvey survey, Optional<TokenizerSummary> tokenizer) {
        List<TensorFacts> tensors = new ArrayList<>();
        long parameters = 0;
        for (SurveyedTensor tensor : survey.tensors()) {
            parameters += tensor.use() == Use.USED ? tensor.elements() : 0;
            tensors.add(facts(tensor, tokenizer));
        }
        return new WeightFacts(survey.weightFiles(), parameters, tensors);
    }

    private static TensorFacts facts(SurveyedTensor tensor, Optional<TokenizerSummary> tokenizer) {
        Optional<TensorValues> values = tensor.values();
        boolean words = tensor.name().endsWith(EncoderPart.WORD_EMBEDDINGS.weight());
        return new TensorFacts(
                tensor.file(),
                tensor.name(),
                tensor.type().name(),
                tensor.shape(),
                tensor.use().word(),
                values.map(TensorValues::nan).orElse(null),
                values.map(TensorValues::infinite).orElse(null),
                values.map(TensorValues::smallest).orElse(null),
                values.map(TensorValues::largest).orElse(null),
                values.map(TensorValues::zeroRows).orElse(null),
                values.map(TensorValues::oddRows).orElse(List.of()).stream()
                        .map(row -> new RowFacts(
                                row.row(),
                                words
                                        ? tokenizer
                                                .flatMap(one -> one.token(row.row()))
                                                .orElse(null)
                                        : null,
                                row.norm(),
                                row.medianNorm(),
                                row.deviations()))
                        .toList());
    }

    private List<PickleFacts> pickles(CheckpointSurvey survey) throws IOException {
        List<PickleFacts> pickles = new ArrayList<>();
        for (String name : storage.fileNamesBelow(model)) {
            if (!PickledFile.isUsual(name)) {
                continue;
            }
            try {
                PickledFile found = PickledFile.scan(storage, Storage.child(model, name));
                pickles.add(new PickleFacts(
                        name, List.copyOf(found.known()), List.copyOf(found.others()), found.readable()));
                if (!found.readable()) {
                    warn("not all of the pickle " + name + " could be looked at: it is compressed, damaged or large");
                }
                if (!found.others().isEmpty() && !survey.weightFiles().contains(name)) {
                    warn("the pickle " + name + " is not read here, but whoever loads it in Python runs "
                            + String.join(", ", found.others()));
                }
            } catch (InputException e) {
                warn(e.getMessage());
            }
        }
        return pickles;
    }

    private List<FileFacts> files(String directory) throws IOException {
        List<FileFacts> files = new ArrayList<>();
        for (String name : storage.fileNamesBelow(directory)) {
            try {
                FileContent content = digests.take(Storage.child(directory, name));
                files.add(new FileFacts(name, content.bytes(), content.sha256()));
            } catch (InputException e) {
                warn(e.getMessage());
            }
        }
        return files;
    }

    private void refuse(String message) {
        refusals.add(new Finding(Severity.REFUSAL, message));
    }

    private void warn(String message) {
        warnings.add(new Finding(Severity.WARNING, message));
    }
}
