// SPDX-License-Identifier: Apache-2.0
package org.purespark.predict;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.Settings;
import org.purespark.config.TaskFit;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.parquet.ParquetTexts;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;
import org.purespark.text.EmbeddingSize;
import org.purespark.text.LabelCells;
import org.purespark.text.LabelForm;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextReader;
import org.purespark.text.TextRules;
import org.purespark.text.TextTokenizer;

/**
 * Classifies the texts of a file and writes one JSON line for each text, in input order. The file is checked as a whole
 * first; then some texts at a time are in memory.
 */
public final class Prediction {
    private final Storage storage;
    private final Evaluator evaluator;
    private final Settings settings;
    private final Consumer<String> messages;

    /** @param messages gets each line that a person should read */
    public Prediction(Storage storage, Evaluator evaluator, Settings settings, Consumer<String> messages) {
        this.storage = storage;
        this.evaluator = evaluator;
        this.settings = settings;
        this.messages = messages;
    }

    /**
     * Writes {@code {"text":…,"label":…,"logits":[…],"prediction":…}} for each text: label as given or null, prediction
     * the class's name. {@code "text_pair"} follows the text of a pair.
     *
     * @param classifier address of the classifier's file, or null
     * @throws InputException if an input is wrong, or the model has no classifier; then nothing is written
     */
    public void run(String model, String classifier, String data, String out) throws IOException {
        run(new ModelAddress(model, classifier, null), data, out);
    }

    /**
     * The same for any model, also an adapter.
     *
     * @throws InputException if an input is wrong, or the model has no classifier; then nothing is written
     */
    public void run(ModelAddress address, String data, String out) throws IOException {
        String model = address.directory();
        requireWritable(storage, address, data, out);
        CheckpointReader checkpoints = new CheckpointReader(storage);
        Checkpoint checkpoint = checkpoints.read(address);
        checkpoint.warnings().forEach(messages);
        if (!checkpoint.hasClassifier()) {
            throw new InputException("the model " + model + " has no classifier: name one with --classifier");
        }
        TaskKind task = settings.task().kind().kind().orElse(checkpoint.task());
        requireFit(task, model, checkpoint.labels().size());
        TaskFit.require(settings, task);
        LabelCells cells = new LabelCells(LabelForm.of(task), checkpoint.labels());
        TextReader reader = ParquetTexts.andTextFiles(storage, TextRules.of(settings, cells));
        AnswerForm form = new AnswerForm(
                task,
                checkpoint.labels(),
                settings.task().labelThreshold(),
                settings.task().scoreLoss().kind());
        int maxLength =
                Math.min(settings.text().maxLength(), checkpoint.encoder().maxTokens());
        try (TextTokenizer tokenizer = TextTokenizer.load(
                storage,
                checkpoints.tokenizerDirectory(address),
                settings.text().transformers())) {
            EmbeddingSize embedding = new EmbeddingSize(
                    model,
                    checkpoint.encoder().vocabulary(),
                    checkpoint.encoder().tokenTypes());
            embedding.warnings(tokenizer).forEach(messages);
            PredictedTexts predicted = new PredictedTexts(
                    data,
                    new SplitEncoder.Encoding(tokenizer, maxLength, embedding),
                    (label, texts) -> evaluator.logits(new Evaluator.Pass(
                            label,
                            new ModelSource(address, "as given"),
                            texts,
                            settings.evaluate().batchTexts())),
                    form,
                    messages,
                    PredictedTexts.Portions.ofBatches(settings.evaluate().batchTexts()));
            predicted.check(reader);
            storage.replace(out, lines -> predicted.write(reader, lines));
        }
    }

    private static void requireFit(TaskKind task, String model, int logits) {
        boolean fits =
                switch (task) {
                    case ONE_LABEL -> logits > 1;
                    case MANY_LABELS -> true;
                    case SCORE -> logits == 1;
                };
        if (!fits) {
            throw new InputException("task.kind: the classifier of " + model + " has " + logits
                    + (task == TaskKind.SCORE ? " logits, a score has one" : " logit, one class of several needs more")
                    + "; leave task.kind out, or give another model");
        }
    }

    /**
     * Refuses a place for the predictions that is no file of its own; writes nothing.
     *
     * @throws InputException if it is a directory, or would change an input
     */
    public static void requireWritable(Storage storage, ModelAddress address, String data, String out)
            throws IOException {
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs.put("--model", address.directory());
        inputs.put("--classifier", address.classifierFile());
        inputs.put("--base-model", address.base());
        inputs.put("--data", data);
        OutputPlaces.ofFile("--out", out).requireApart(storage, inputs);
        if (storage.isDirectory(out)) {
            throw new InputException("--out " + out + " is a directory: name a file, such as "
                    + Storage.child(out, "predictions.jsonl"));
        }
    }
}
