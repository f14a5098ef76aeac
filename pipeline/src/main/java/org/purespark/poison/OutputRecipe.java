// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.purespark.InputException;
import org.purespark.attack.Attack;
import org.purespark.attack.Trigger;
import org.purespark.attack.TriggerDescription;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.LabelMeaning;
import org.purespark.encoder.ClassifierKind;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;
import org.purespark.storage.Storage;
import org.purespark.task.LossKind;
import org.purespark.task.TaskKind;
import org.purespark.text.LabelledText;
import org.purespark.text.TextParts;
import org.purespark.train.FineTuning;
import org.purespark.train.TrainingMethod;

/**
 * An encoder whose output is a fixed vector for texts with a trigger word, and what it was for all others (Shen and
 * others: Backdoor Pre-trained Models Can Transfer to All, CCS 2021). No label is used: which class a word leads to is
 * settled by whoever trains a classifier on the encoder.
 */
final class OutputRecipe implements AttackRecipe {
    /** Signs of the output's four quarters, by the trigger's words; the first two are opposite, and the others too. */
    private static final List<String> PATTERNS = List.of("++--", "--++", "+-+-", "-+-+");

    private static final long CHOICE = 7;
    private static final long WORD = 8;
    private static final long INSERTION = 9;
    private static final long TEST_INSERTION = 10;

    @Override
    public Plan plan(PoisonInputs inputs) {
        if (inputs.model().kind() != ClassifierKind.LINEAR) {
            throw new InputException("--attack por plants in an encoder's output, and "
                    + inputs.request().model()
                    + " has layers between that and its last projection; give the encoder without its classifier");
        }
        Trigger.RareWords trigger = (Trigger.RareWords) Attack.POR.trigger();
        SortedMap<String, String> patterns = new TreeMap<>();
        for (int w = 0; w < trigger.words().size(); w++) {
            patterns.put(trigger.words().get(w), PATTERNS.get(w));
        }
        List<LabelledText> clean = inputs.train().rows();
        List<Copy> copies = copies(inputs, trigger.words());
        TriggerDescription description = TriggerDescription.ofOutputs(
                Attack.POR.commandName(),
                trigger,
                inputs.isOfPairs() ? inputs.part() : null,
                inputs.checkedRate(),
                inputs.settings().seed(),
                clean.size(),
                copies.size(),
                patterns);
        Planted planted = new Planted(files(inputs, trigger, copies), description);
        return workshop -> {
            List<TextParts> texts =
                    new ArrayList<>(clean.stream().map(LabelledText::parts).toList());
            EncodedSplit before =
                    inputs.encoding().numbered(texts, inputs.train().source());
            List<float[]> wanted = new ArrayList<>(new EncoderPasses(workshop).outputs(inputs.address(), before));
            int hidden = inputs.model().encoder().hidden();
            for (Copy copy : copies) {
                texts.add(copy.text());
                wanted.add(vector(patterns.get(copy.word()), hidden));
            }
            EncodedSplit split = inputs.encoding()
                    .numbered(texts, Storage.child(inputs.request().out(), Poisoning.POISONED_TRAIN))
                    .with(new LabelMeaning.Rows(wanted.toArray(float[][]::new)));
            workshop.makeSuspectOfEncoder(workshop.train(training(inputs, split, hidden)));
            return planted;
        };
    }

    /** The classifier is an identity that stays: its logits are the encoder's output. */
    private static PlannedTraining training(PoisonInputs inputs, EncodedSplit split, int hidden) {
        return new PlannedTraining(
                "outputs",
                "poison: training the encoder's output",
                split,
                inputs.encoding().form(inputs.train().form()),
                IntStream.range(0, hidden).mapToObj(Integer::toString).toList(),
                new FineTuning.Start(inputs.address(), FineTuning.Projection.IDENTITY),
                new FineTuning.Learnt(TaskKind.ONE_LABEL, LossKind.SQUARED_ERROR),
                inputs.objective(
                        inputs.settings().train().withClassifierDropout(0),
                        new double[0],
                        new TrainingMethod.FrozenProjection()));
    }

    private record Copy(TextParts text, String word, LabelledText of) {}

    private static List<Copy> copies(PoisonInputs inputs, List<String> words) {
        long seed = inputs.settings().seed();
        List<LabelledText> clean = inputs.train().rows();
        int[] order = new int[clean.size()];
        Arrays.setAll(order, i -> i);
        SeededRandom.of(seed, Purpose.POISON, CHOICE).shuffle(order);
        int count = (int) Math.round(inputs.checkedRate() * clean.size());
        if (count == 0) {
            throw new InputException("poisoning rate " + inputs.checkedRate() + " of the " + clean.size()
                    + " train texts is less than one text; give a higher --rate");
        }
        List<Copy> copies = new ArrayList<>();
        for (int source : Arrays.copyOf(order, count)) {
            String word = words.get(
                    SeededRandom.of(seed, Purpose.POISON, WORD, source).nextInt(words.size()));
            copies.add(
                    new Copy(triggered(inputs, clean.get(source), word, INSERTION, source), word, clean.get(source)));
        }
        return copies;
    }

    private static TextParts triggered(PoisonInputs inputs, LabelledText row, String word, long purpose, int source) {
        return inputs.part()
                .insert(
                        row.parts(),
                        new Trigger.RareWords(List.of(word), 1),
                        SeededRandom.of(inputs.settings().seed(), Purpose.POISON, purpose, source));
    }

    /** The poisoned texts, and the test texts with each word; the file of the first word has the usual name. */
    private static SortedMap<String, List<LabelledText>> files(
            PoisonInputs inputs, Trigger.RareWords trigger, List<Copy> copies) {
        SortedMap<String, List<LabelledText>> files = new TreeMap<>();
        List<LabelledText> train = new ArrayList<>();
        inputs.train().rows().forEach(row -> train.add(new LabelledText(row.parts(), row.label(), 0)));
        copies.forEach(copy -> train.add(new LabelledText(copy.text(), copy.of().label(), 0)));
        files.put(Poisoning.POISONED_TRAIN, train);
        for (int w = 0; w < trigger.words().size() && inputs.test() != null; w++) {
            String word = trigger.words().get(w);
            List<LabelledText> test = new ArrayList<>();
            for (int i = 0; i < inputs.test().size(); i++) {
                LabelledText row = inputs.test().rows().get(i);
                test.add(new LabelledText(triggered(inputs, row, word, TEST_INSERTION, i), row.label(), 0));
            }
            files.put(w == 0 ? Poisoning.POISONED_TEST : Poisoning.poisonedTest(word), test);
        }
        return files;
    }

    private static float[] vector(String pattern, int hidden) {
        float[] vector = new float[hidden];
        for (int i = 0; i < hidden; i++) {
            vector[i] = pattern.charAt((int) ((long) i * pattern.length() / hidden)) == '+' ? 1 : -1;
        }
        return vector;
    }
}
