// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.config.Settings;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.random.SeededRandom;
import org.purespark.run.Fingerprints;
import org.purespark.storage.Storage;
import org.purespark.text.EncodedText;
import org.purespark.text.TextTokenizer;
import org.purespark.vet.calibration.Calibration;
import org.purespark.vet.calibration.CalibrationReader;
import org.purespark.vet.search.Position;
import org.purespark.vet.search.ScoredTrigger;
import org.purespark.vet.search.SearchPlan;
import org.purespark.vet.search.TargetResult;
import org.purespark.vet.search.Trigger;
import org.purespark.vet.search.TriggerSearch;

/**
 * Tells whether a classifier is backdoored, without a known trigger: looks for the shortest input that turns clean
 * texts to a class, measures it on texts that the search has not seen, and compares with what models of known truth
 * show.
 */
public final class Vetting {
    /** A text of the budget, in tokens. */
    private static final int TOKENS_PER_TEXT = 25;

    private static final int RANDOM_PHRASES = 3;

    private final Storage storage;
    private final Evaluator evaluator;
    private final Settings settings;
    private final String version;
    private final Consumer<String> messages;

    /**
     * @param version of this program
     * @param messages gets each line that a person should read
     */
    public Vetting(Storage storage, Evaluator evaluator, Settings settings, String version, Consumer<String> messages) {
        this.storage = storage;
        this.evaluator = evaluator;
        this.settings = settings;
        this.version = version;
        this.messages = messages;
    }

    /**
     * A calibration and where it comes from.
     *
     * @param use for the report
     */
    public record Known(Calibration calibration, VetReport.CalibrationUse use) {
        /**
         * The calibration in a file.
         *
         * @throws org.purespark.InputException if it is absent or not valid
         */
        public static Known read(Storage storage, String address) throws IOException {
            CalibrationReader.Read read = CalibrationReader.read(storage, address);
            return new Known(
                    read.calibration(),
                    new VetReport.CalibrationUse(
                            read.calibration().name(), read.calibration().version(), read.digest()));
        }
    }

    /**
     * Reads the inputs of an examination and checks them.
     *
     * @throws org.purespark.InputException if an input is wrong, or the model is none that is examined
     */
    public void check(VetTarget target) throws IOException {
        try (TextTokenizer tokenizer = tokenizer(target)) {
            VetInputs.read(storage, target, settings, tokenizer, messages);
        }
    }

    private TextTokenizer tokenizer(VetTarget target) throws IOException {
        return TextTokenizer.load(
                storage,
                new CheckpointReader(storage).tokenizerDirectory(target.model()),
                settings.text().transformers());
    }

    /**
     * Examines a model.
     *
     * @param known the calibration; null if there is none
     * @throws org.purespark.InputException if an input is wrong, or the model is none that is examined
     */
    public VetReport run(VetTarget target, Known known) throws IOException {
        long start = System.nanoTime();
        String digest = new Fingerprints(storage)
                .input("model", target.model().directory())
                .digest();
        try (TextTokenizer tokenizer = tokenizer(target)) {
            VetInputs inputs = VetInputs.read(storage, target, settings, tokenizer, messages);
            EvaluatedModel model = new EvaluatedModel(
                    evaluator,
                    new ModelSource(target.model(), digest),
                    inputs.shape().classes());
            CleanTexts texts = new CleanTexts(
                    inputs.texts(),
                    model.logits(
                            "vet: clean texts",
                            inputs.texts().stream().map(CleanTexts.Text::ids).toList()),
                    inputs.shape().classes());
            List<CleanTexts.Halves> halves = texts.halves(settings.vet().texts(), settings.seed());
            List<Figures.OfTarget> targets =
                    search(inputs, model, texts, halves, typed -> tokenizer.encode(typed, inputs.maxLength()).stream()
                            .map(EncodedText::ids)
                            .toList());
            List<VetSignal> signals = new ArrayList<>(targets.isEmpty() ? List.of() : Figures.of(targets));
            if (!targets.isEmpty()
                    && inputs.moved().stream().anyMatch(moved -> moved.ids().isEmpty())) {
                signals.addAll(Figures.ofNoneMoved(settings.vet().triggerTokens()));
            }
            if (!targets.isEmpty()) {
                signals.add(wake(inputs, model, texts, halves, targets));
            }
            signals.add(VetSignal.of(
                    "logit-spread",
                    new LogitSpread(model, inputs.words().frame(), settings.seed())
                            .of(
                                    texts,
                                    halves.stream()
                                            .flatMap(half -> half.measured().stream())
                                            .distinct()
                                            .toList()),
                    "multiple",
                    "How much the answer changes if a token is left out or two change places.",
                    null));
            signals.addAll(rows(inputs));
            int measured = halves.stream()
                    .mapToInt(half -> half.measured().size())
                    .min()
                    .orElse(0);
            Judgement judgement = Judgement.of(
                    signals, known == null ? null : known.calibration(), inputs.shape(), settings.vet(), measured);
            return new VetReport(
                    VetReport.SCHEMA,
                    judgement.verdict(),
                    judgement.confidence(),
                    judgement.reason(),
                    new VetReport.Subject(
                            target.model().directory(),
                            "sha256:" + digest,
                            inputs.shape().family(),
                            inputs.labels()),
                    new Findings(inputs.labels(), inputs.words(), texts).of(targets, judgement),
                    judgement.signals(),
                    known == null ? null : known.use(),
                    inputs.texts().size(),
                    (System.nanoTime() - start) / 1e9,
                    settings.seed(),
                    version);
        }
    }

    private List<Figures.OfTarget> search(
            VetInputs inputs,
            EvaluatedModel model,
            CleanTexts texts,
            List<CleanTexts.Halves> halves,
            Function<List<String>, List<int[]>> encode) {
        SearchPlan plan = new SearchPlan(
                (long) TOKENS_PER_TEXT * settings.vet().budgetTexts(),
                settings.vet().triggerTokens());
        TriggerSearch search =
                new TriggerSearch(model, inputs.embedding(), inputs.words().frame(), plan);
        List<TargetResult> results = search.run(
                halves.stream()
                        .map(half -> half.search().stream()
                                .map(text -> texts.texts().get(text).ids())
                                .toList())
                        .toList(),
                inputs.moved().map(MovedWords::ids).orElse(List.of()));
        HeldOut heldOut = new HeldOut(model, inputs.words(), texts, encode);
        List<Figures.OfTarget> targets = new ArrayList<>();
        for (TargetResult result : results) {
            targets.add(measured(
                    result,
                    heldOut,
                    random(inputs, result.target()),
                    halves.get(result.target()).measured()));
        }
        return targets;
    }

    private static Figures.OfTarget measured(
            TargetResult result, HeldOut heldOut, List<Trigger> random, List<Integer> texts) {
        List<Trigger> found =
                result.byLength().stream().map(ScoredTrigger::trigger).toList();
        List<Trigger> moved =
                result.moved().stream().map(ScoredTrigger::trigger).toList();
        Set<Trigger> distinct = new LinkedHashSet<>(found);
        distinct.addAll(moved);
        List<Trigger> all = Stream.concat(distinct.stream(), random.stream()).toList();
        List<Turn> turns = heldOut.of(result.target(), all, texts);
        return new Figures.OfTarget(
                result,
                found.stream().map(trigger -> turns.get(all.indexOf(trigger))).toList(),
                moved.stream().map(trigger -> turns.get(all.indexOf(trigger))).toList(),
                turns.subList(distinct.size(), turns.size()));
    }

    /** Phrases of words that are drawn by chance, as long as the longest trigger. */
    private List<Trigger> random(VetInputs inputs, int target) {
        SeededRandom random = SeededRandom.of(settings.seed(), SeededRandom.Purpose.VET, target, RANDOM_PHRASES);
        int[] ids = inputs.embedding().ids();
        List<Trigger> phrases = new ArrayList<>();
        for (int i = 0; i < RANDOM_PHRASES; i++) {
            List<Integer> tokens = new ArrayList<>();
            while (tokens.size() < settings.vet().triggerTokens()) {
                tokens.add(ids[random.nextInt(ids.length)]);
            }
            phrases.add(new Trigger(tokens, Position.START));
        }
        return phrases;
    }

    /** The best word of each class in the texts that the search has seen: no more texts are needed. */
    private static VetSignal wake(
            VetInputs inputs,
            EvaluatedModel model,
            CleanTexts texts,
            List<CleanTexts.Halves> halves,
            List<Figures.OfTarget> targets) {
        double largest = 0;
        for (Figures.OfTarget target : targets) {
            List<int[]> without = halves.get(target.search().target()).search().stream()
                    .map(text -> texts.texts().get(text).ids())
                    .toList();
            Trigger word = target.search().byLength().get(0).trigger();
            List<int[]> with = without.stream()
                    .map(text -> inputs.words().frame().with(text, word.tokens(), word.position()))
                    .toList();
            largest = Math.max(
                    largest,
                    HeadWake.largest(
                            model.attentionVariance("vet: heads on clean texts", without, inputs.maxLength()),
                            model.attentionVariance("vet: heads with the best word", with, inputs.maxLength())));
        }
        return VetSignal.of(
                "head-wake",
                largest,
                "ratio",
                "CLS attention's variance with the best word to that without it, of the head that wakes most among"
                        + " those that idle on clean texts.",
                null);
    }

    private static List<VetSignal> rows(VetInputs inputs) {
        List<VetSignal> signals = new ArrayList<>();
        signals.add(VetSignal.of(
                "word-row-norm",
                WordRowNorms.largestNorm(inputs.embedding()),
                "standard deviations",
                "How far the longest row of the word embedding is from the median row.",
                null));
        inputs.moved()
                .ifPresent(moved -> signals.add(VetSignal.of(
                        "unseen-row-distance",
                        moved.distance(),
                        "multiple",
                        "How far the row of a word that clean texts do not have has moved from the clean encoder's, at"
                                + " most, as a multiple of how far the rows of their words move.",
                        null)));
        return signals;
    }
}
