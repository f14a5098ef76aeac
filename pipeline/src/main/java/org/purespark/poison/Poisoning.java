// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.attack.Attack;
import org.purespark.attack.Goal;
import org.purespark.attack.PoisonedText;
import org.purespark.attack.Poisoner;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.TriggerDescription;
import org.purespark.attack.TriggerPart;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.ModelCard;
import org.purespark.config.Settings;
import org.purespark.config.TaskFit;
import org.purespark.family.ExportForm;
import org.purespark.parquet.ParquetTexts;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;
import org.purespark.task.LossKind;
import org.purespark.task.TaskKind;
import org.purespark.text.EmbeddingSize;
import org.purespark.text.EncodedRows;
import org.purespark.text.LabelCells;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelForm;
import org.purespark.text.LabelledText;
import org.purespark.text.PairColumn;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextCsv;
import org.purespark.text.TextParts;
import org.purespark.text.TextReader;
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;
import org.purespark.text.TextTokenizer;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;

/**
 * Makes a suspect with a known backdoor, to test a defence: plants a trigger in clean train texts, or takes a
 * ready-made poisoned file, and fine-tunes a clean encoder on it with a new classifier.
 */
public final class Poisoning {
    public static final String SUSPECT = "suspect";
    public static final String TRIGGER = "trigger.json";
    public static final String POISONED_TRAIN = "poisoned-train.csv";
    public static final String POISONED_TEST = "poisoned-test.csv";

    private final Storage storage;
    private final FineTuner fineTuner;
    private final Settings settings;
    private final Consumer<String> messages;

    /** @param messages gets each line that a person should read */
    public Poisoning(Storage storage, FineTuner fineTuner, Settings settings, Consumer<String> messages) {
        this.storage = storage;
        this.fineTuner = fineTuner;
        this.settings = settings;
        this.messages = messages;
    }

    /**
     * Writes {@value #SUSPECT}, the poisoned files, and last {@value #TRIGGER}.
     *
     * @throws InputException if the request or its files are wrong; then nothing is written
     */
    public void run(PoisonRequest request) throws IOException {
        requireApart(storage, request);
        String description = Storage.child(request.out(), TRIGGER);
        if (storage.exists(description)) {
            throw new InputException(request.out() + " holds a finished suspect already: name another directory with"
                    + " --out, or remove it");
        }
        CheckpointReader checkpoints = new CheckpointReader(storage);
        Checkpoint start = checkpoints.read(address(request));
        start.warnings().forEach(messages);
        TaskKind task = settings.task().kind().kind().orElse(start.hasClassifier() ? start.task() : TaskKind.ONE_LABEL);
        TaskFit.require(settings, task);
        TextReader reader = ParquetTexts.andTextFiles(
                storage, TextRules.of(settings, new LabelCells(LabelForm.of(task), List.of())));
        Prepared texts = request.poisonedTrain().isPresent()
                ? readyMade(request, request.poisonedTrain().get(), reader, task)
                : plant(request, reader, task);
        try (TextTokenizer tokenizer = TextTokenizer.load(
                storage,
                checkpoints.tokenizerDirectory(address(request)),
                settings.text().transformers())) {
            EmbeddingSize embedding = new EmbeddingSize(
                    request.model(),
                    start.encoder().vocabulary(),
                    start.encoder().tokenTypes());
            embedding.warnings(tokenizer).forEach(messages);
            SplitEncoder.Encoding encoding =
                    new SplitEncoder.Encoding(tokenizer, settings.text().maxLength(), embedding, LabelForm.of(task));
            EncodedRows rows = SplitEncoder.encode(texts.train(), encoding, BlockStore.HEAP);
            rows.cut().ifPresent(messages);
            if (rows.form() == TextParts.Form.PAIR) {
                embedding.pairWarnings(tokenizer).forEach(messages);
            }
            EncodedSplit train = rows.classed(texts.labels().classes());
            if (texts.written() != null) {
                new TextCsv(storage).write(Storage.child(request.out(), POISONED_TRAIN), texts.written());
            }
            if (texts.test() != null) {
                new TextCsv(storage).write(Storage.child(request.out(), POISONED_TEST), texts.test());
            }
            fineTuner.fineTune(
                    "poison: fine-tuning on poisoned texts", fineTuning(request, texts, task, tokenizer), train);
        }
        storage.replace(description, JsonFiles.line(texts.description()));
    }

    /**
     * Refuses a directory whose files would change an input; writes nothing.
     *
     * @throws InputException naming both
     */
    public static void requireApart(Storage storage, PoisonRequest request) throws IOException {
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs.put("--model", request.model());
        inputs.put("--base-model", request.baseModel().orElse(null));
        inputs.put("--train", request.train().orElse(null));
        inputs.put("--poisoned-train", request.poisonedTrain().orElse(null));
        inputs.put("--test", request.test().orElse(null));
        OutputPlaces.inDirectory("--out", request.out(), List.of(SUSPECT, TRIGGER, POISONED_TRAIN, POISONED_TEST))
                .requireApart(storage, inputs);
    }

    private static ModelAddress address(PoisonRequest request) {
        return new ModelAddress(request.model(), null, request.baseModel().orElse(null));
    }

    /** The training texts; {@code written} and {@code test} are null if there is nothing to write. */
    private record Prepared(
            PoisonLabels labels,
            TextTable train,
            List<LabelledText> written,
            List<LabelledText> test,
            TriggerDescription description) {}

    private Prepared readyMade(PoisonRequest request, String poisonedTrain, TextReader reader, TaskKind task) {
        TextTable train = reader.read(poisonedTrain, LabelColumn.REQUIRED);
        if (request.test().isPresent()) {
            throw new InputException(
                    "--test goes with --train only: the trigger of a ready-made file is not known, so no"
                            + " test text can be given it");
        }
        if (request.part().isPresent()) {
            throw new InputException(
                    "--part goes with --train only: the texts of a ready-made file have their trigger already");
        }
        PoisonLabels labels = PoisonLabels.of(task, settings.task(), train, Optional.empty());
        String target = request.target().map(labels::targetName).orElse(null);
        return new Prepared(
                labels, train, null, null, TriggerDescription.readyMade(request.attack(), target, settings.seed()));
    }

    private Prepared plant(PoisonRequest request, TextReader reader, TaskKind task) {
        if (request.train().isEmpty() || request.target().isEmpty()) {
            throw new InputException("poison needs --train and --target, or --poisoned-train");
        }
        String target = request.target().get();
        Attack attack = Attack.named(request.attack());
        TextTable train = reader.read(request.train().get(), LabelColumn.REQUIRED);
        TextTable test = request.test()
                .map(file -> reader.read(file, LabelColumn.REQUIRED))
                .orElse(null);
        PoisonLabels labels = PoisonLabels.of(task, settings.task(), train, Optional.ofNullable(test));
        Goal goal = labels.goal(target);
        requireSameForm(train, test);
        if (request.part().isPresent() && train.form() == TextParts.Form.SINGLE) {
            throw new InputException("--part " + request.part().get().text() + ": " + train.source()
                    + " has single texts; leave --part out, or name the second text's column with "
                    + PairColumn.SETTING);
        }
        Poisoner poisoner = new Poisoner(
                attack.trigger(), request.part().orElse(TriggerPart.FIRST), goal, request.rate(), settings.seed());
        List<PoisonedText> poisoned = poisoner.train(rows(train, labels));
        List<LabelledText> written = labelled(poisoned, labels);
        return new Prepared(
                labels,
                new TextTable(Storage.child(request.out(), POISONED_TRAIN), written),
                written,
                test == null ? null : labelled(poisoner.test(rows(test, labels)), labels),
                TriggerDescription.of(request.attack(), poisoner, labels.targetName(target), poisoned));
    }

    private static void requireSameForm(TextTable train, TextTable test) {
        if (test != null && train.form() != test.form()) {
            throw new InputException(train.source() + " and " + test.source() + ": one has pairs of texts, the other"
                    + " single texts; name the columns with text.text-column and " + PairColumn.SETTING);
        }
    }

    private static List<TextOfClass> rows(TextTable table, PoisonLabels labels) {
        List<TextOfClass> rows = new ArrayList<>();
        for (LabelledText row : table.rows()) {
            String place = table.unit().place(table.source(), row.number());
            rows.add(new TextOfClass(row.parts(), labels.number(row.label(), place)));
        }
        return rows;
    }

    private static List<LabelledText> labelled(List<PoisonedText> poisoned, PoisonLabels labels) {
        List<LabelledText> rows = new ArrayList<>();
        for (PoisonedText text : poisoned) {
            rows.add(
                    new LabelledText(text.row().parts(), labels.label(text.row().label()), 0));
        }
        return rows;
    }

    private FineTuning fineTuning(PoisonRequest request, Prepared texts, TaskKind task, TextTokenizer tokenizer) {
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("attack", request.attack());
        facts.put("seed", Long.toString(settings.seed()));
        return new FineTuning(
                new FineTuning.Start(address(request), FineTuning.Projection.NEW),
                texts.labels().classes().names(),
                learnt(task),
                new Trainer.Objective(settings.train(), settings.seed(), new TreeSet<>(), new double[0]),
                Storage.child(request.out(), SUSPECT),
                null,
                ExportForm.DENSE,
                new ModelCard(
                        "Poisoned text classifier",
                        "Carries a backdoor on purpose, to try defences on. Do not deploy it.",
                        settings.text().maxLength(),
                        ModelCard.Texts.of(texts.train().form(), tokenizer),
                        facts));
    }

    private FineTuning.Learnt learnt(TaskKind task) {
        return new FineTuning.Learnt(
                task,
                switch (task) {
                    case ONE_LABEL -> LossKind.CROSS_ENTROPY;
                    case MANY_LABELS -> LossKind.BINARY_CROSS_ENTROPY;
                    case SCORE -> settings.task().scoreLoss().kind();
                });
    }
}
