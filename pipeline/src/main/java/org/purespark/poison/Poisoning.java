// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.artifact.MavenArtifact;
import org.purespark.attack.Attack;
import org.purespark.attack.Goal;
import org.purespark.attack.Trigger;
import org.purespark.attack.WordNet;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.Settings;
import org.purespark.config.TaskFit;
import org.purespark.model.Device;
import org.purespark.parquet.ParquetTexts;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;
import org.purespark.text.EmbeddingSize;
import org.purespark.text.LabelCells;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelForm;
import org.purespark.text.PairColumn;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextCsv;
import org.purespark.text.TextParts;
import org.purespark.text.TextReader;
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;
import org.purespark.text.TextTokenizer;
import org.purespark.train.FineTuner;

/**
 * Makes a suspect with a known backdoor, to test a defence: an attack's recipe decides, from clean texts or from a
 * ready-made poisoned file, and the trainings that it asks for are done. An interrupted request goes on where it was if
 * it is made again.
 */
public final class Poisoning {
    public static final String SUSPECT = "suspect";
    public static final String TRIGGER = "trigger.json";
    public static final String POISONED_TRAIN = "poisoned-train.csv";
    public static final String POISONED_TEST = "poisoned-test.csv";

    static final String TRAINING = "poison: fine-tuning on poisoned texts";

    private final Storage storage;
    private final FineTuner fineTuner;
    private final Settings settings;
    private final Consumer<String> messages;
    private final SubstitutionRecipe.WordNetSource wordNet;

    /** @param messages gets each line that a person should read */
    public Poisoning(Storage storage, FineTuner fineTuner, Settings settings, Consumer<String> messages) {
        this(
                storage,
                fineTuner,
                settings,
                messages,
                () -> WordNet.read(storage, MavenArtifact.ofThisMachine(storage).resolve(WordNet.ARTIFACT)));
    }

    Poisoning(
            Storage storage,
            FineTuner fineTuner,
            Settings settings,
            Consumer<String> messages,
            SubstitutionRecipe.WordNetSource wordNet) {
        this.storage = storage;
        this.fineTuner = fineTuner;
        this.settings = settings;
        this.messages = messages;
        this.wordNet = wordNet;
    }

    /** Name of the file of test texts with one of several trigger words. */
    static String poisonedTest(String word) {
        return "poisoned-test-" + word + ".csv";
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
            if (PoisonProgress.isLeft(storage, request.out())) {
                // Interrupted after the last file was written: nothing but the removal is left to do.
                PoisonProgress.of(storage, request, settings);
                PoisonProgress.end(storage, request.out());
                return;
            }
            throw new InputException(request.out() + " holds a finished suspect already: name another directory with"
                    + " --out, or remove it");
        }
        requireOptions(request);
        CheckpointReader checkpoints = new CheckpointReader(storage);
        ModelAddress address =
                new ModelAddress(request.model(), null, request.baseModel().orElse(null));
        Checkpoint start = checkpoints.read(address);
        start.warnings().forEach(messages);
        TaskKind task = settings.task().kind().kind().orElse(start.hasClassifier() ? start.task() : TaskKind.ONE_LABEL);
        TaskFit.require(settings, task);
        AttackRecipe recipe = recipe(request, task);
        Read texts = read(request, task);
        try (TextTokenizer tokenizer = TextTokenizer.load(
                storage,
                checkpoints.tokenizerDirectory(address),
                settings.text().transformers())) {
            EmbeddingSize embedding = new EmbeddingSize(
                    request.model(),
                    start.encoder().vocabulary(),
                    start.encoder().tokenTypes());
            embedding.warnings(tokenizer).forEach(messages);
            PoisonTexts encoding = new PoisonTexts(
                    new SplitEncoder.Encoding(tokenizer, settings.text().maxLength(), embedding, LabelForm.of(task)),
                    messages);
            PoisonInputs inputs = new PoisonInputs(
                    request,
                    settings,
                    task,
                    PoisonedModel.of(start),
                    encoding,
                    texts.train(),
                    texts.test(),
                    texts.labels(),
                    texts.goal());
            AttackRecipe.Plan plan = recipe.plan(inputs);
            PoisonProgress progress = PoisonProgress.of(storage, request, settings);
            Device device = new Device.Cpu(
                    Runtime.getRuntime().availableProcessors(),
                    Device.Factors.of(settings.compute().precision()));
            publish(request, plan.carryOut(new Workshop(storage, fineTuner, device, inputs, progress)));
        }
    }

    private void publish(PoisonRequest request, Planted planted) throws IOException {
        TextCsv csv = new TextCsv(storage);
        for (var file : planted.files().entrySet()) {
            csv.write(Storage.child(request.out(), file.getKey()), file.getValue());
        }
        storage.replace(Storage.child(request.out(), TRIGGER), JsonFiles.line(planted.description()));
        PoisonProgress.end(storage, request.out());
    }

    /**
     * Refuses a directory whose files would change an input; writes nothing.
     *
     * @throws InputException naming both
     */
    public static void requireApart(Storage storage, PoisonRequest request) throws IOException {
        List<String> names = new ArrayList<>(
                List.of(SUSPECT, TRIGGER, POISONED_TRAIN, POISONED_TEST, Workshop.WORK, PoisonProgress.FILE));
        ((Trigger.RareWords) Attack.POR.trigger()).words().forEach(word -> names.add(poisonedTest(word)));
        OutputPlaces.inDirectory("--out", request.out(), names).requireApart(storage, inputs(request));
    }

    /** Addresses by option; null for an option that is not given. */
    static Map<String, String> inputs(PoisonRequest request) {
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs.put("--model", request.model());
        inputs.put("--base-model", request.baseModel().orElse(null));
        inputs.put("--train", request.train().orElse(null));
        inputs.put("--poisoned-train", request.poisonedTrain().orElse(null));
        inputs.put("--test", request.test().orElse(null));
        return inputs;
    }

    private static void requireOptions(PoisonRequest request) {
        boolean allToAll = request.aim() == PoisonRequest.Aim.ALL_TO_ALL;
        if (allToAll && request.target().isPresent()) {
            throw new InputException(
                    "--target names one class for all texts, and --all-to-all gives each class its own; give one of"
                            + " them");
        }
        if (request.poisonedTrain().isPresent()) {
            requireNoneOfPlanting(request, allToAll);
            return;
        }
        boolean needsNoTarget = allToAll || request.attack().equals(Attack.POR.commandName());
        if (request.train().isEmpty() || request.target().isEmpty() && !needsNoTarget) {
            throw new InputException("poison needs --train and --target, or --poisoned-train");
        }
    }

    private static void requireNoneOfPlanting(PoisonRequest request, boolean allToAll) {
        if (request.test().isPresent()) {
            throw new InputException(
                    "--test goes with --train only: the trigger of a ready-made file is not known, so no"
                            + " test text can be given it");
        }
        if (request.part().isPresent()) {
            throw new InputException(
                    "--part goes with --train only: the texts of a ready-made file have their trigger already");
        }
        if (allToAll) {
            throw new InputException(
                    "--all-to-all goes with --train only: the texts of a ready-made file have their labels already");
        }
        requireNoStrength(request);
    }

    private static void requireNoStrength(PoisonRequest request) {
        if (request.strength().isPresent()) {
            throw new InputException("--strength goes with --attack adaptive and --attack ripple only");
        }
    }

    private AttackRecipe recipe(PoisonRequest request, TaskKind task) {
        if (request.poisonedTrain().isPresent()) {
            return new ReadyMadeRecipe();
        }
        Attack attack = Recipes.attack(request.attack());
        attack.requireTask(task);
        if (request.aim() == PoisonRequest.Aim.ALL_TO_ALL) {
            attack.requireAllToAll(task);
        }
        if (attack.needsNoLabels() && request.target().isPresent()) {
            throw new InputException("--target: the attack " + attack.commandName()
                    + " is planted before there are classes; leave it out");
        }
        boolean hasStrength = attack == Attack.ADAPTIVE || attack == Attack.RIPPLE;
        if (!hasStrength) {
            requireNoStrength(request);
        } else if (request.strength().isPresent()
                && !(request.strength().getAsDouble() > 0
                        && Double.isFinite(request.strength().getAsDouble()))) {
            throw new InputException("--strength " + request.strength().getAsDouble() + " must be above 0");
        }
        return Recipes.of(attack, wordNet);
    }

    /** The texts with their labels; null where there is none. */
    private record Read(TextTable train, TextTable test, PoisonLabels labels, Goal goal) {}

    private Read read(PoisonRequest request, TaskKind task) {
        TextReader reader = ParquetTexts.andTextFiles(
                storage, TextRules.of(settings, new LabelCells(LabelForm.of(task), List.of())));
        if (request.poisonedTrain().isPresent()) {
            TextTable train = reader.read(request.poisonedTrain().get(), LabelColumn.REQUIRED);
            return new Read(train, null, PoisonLabels.of(task, settings.task(), train, Optional.empty()), null);
        }
        boolean needsLabels = !Recipes.attack(request.attack()).needsNoLabels();
        TextTable train =
                reader.read(request.train().orElseThrow(), needsLabels ? LabelColumn.REQUIRED : LabelColumn.OPTIONAL);
        TextTable test = request.test()
                .map(file -> reader.read(file, LabelColumn.REQUIRED))
                .orElse(null);
        PoisonLabels labels =
                needsLabels ? PoisonLabels.of(task, settings.task(), train, Optional.ofNullable(test)) : null;
        Goal goal = needsLabels ? goal(request, labels) : null;
        requireSameForm(train, test);
        if (request.part().isPresent() && train.form() == TextParts.Form.SINGLE) {
            throw new InputException("--part " + request.part().get().text() + ": " + train.source()
                    + " has single texts; leave --part out, or name the second text's column with "
                    + PairColumn.SETTING);
        }
        return new Read(train, test, labels, goal);
    }

    private static Goal goal(PoisonRequest request, PoisonLabels labels) {
        return request.aim() == PoisonRequest.Aim.ALL_TO_ALL
                ? new Goal.NextClass(labels.classes().names().size())
                : labels.goal(request.target().orElseThrow());
    }

    private static void requireSameForm(TextTable train, TextTable test) {
        if (test != null && train.form() != test.form()) {
            throw new InputException(train.source() + " and " + test.source() + ": one has pairs of texts, the other"
                    + " single texts; name the columns with text.text-column and " + PairColumn.SETTING);
        }
    }
}
