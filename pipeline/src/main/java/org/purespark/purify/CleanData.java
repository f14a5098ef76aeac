// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.Settings;
import org.purespark.metrics.FlipTargets;
import org.purespark.random.SeededRandom;
import org.purespark.task.Answers;
import org.purespark.task.Task;
import org.purespark.text.EncodedRows;
import org.purespark.text.FoundLabels;
import org.purespark.text.HoldOut;
import org.purespark.text.LabelChoice;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelForm;
import org.purespark.text.LabelSet;
import org.purespark.text.ScoreRange;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextParts;
import org.purespark.text.TextReader;

/**
 * The texts of a run as token ids, read and checked as a whole before any work starts.
 *
 * @param labels the classes
 * @param task what is answered for a text
 * @param form whether all texts are single or pairs
 * @param train null if there is none
 * @param validation given, or held out of train
 * @param test given, or the validation texts
 * @param validationSource where the validation texts are
 * @param testSource where the test texts are
 * @param poisonedTest null if there is none
 */
record CleanData(
        LabelSet labels,
        Task task,
        TextParts.Form form,
        Texts train,
        Texts validation,
        Texts test,
        SplitSource validationSource,
        SplitSource testSource,
        Texts poisonedTest) {

    /**
     * A split.
     *
     * @param encoded token ids and classes
     * @param cut what to say of texts that are cut, if any are
     */
    record Texts(EncodedSplit encoded, Optional<String> cut) {}

    /** How texts are read, encoded and kept. */
    record Encoder(TextReader reader, SplitEncoder.Encoding encoding, BlockStore store) {
        private EncodedRows rows(Optional<String> address) {
            return address.map(this::rows).orElse(null);
        }

        private EncodedRows rows(String address) {
            SplitEncoder encoder = new SplitEncoder(address, encoding, store);
            reader.read(address, LabelColumn.REQUIRED, encoder);
            return encoder.end();
        }
    }

    /**
     * @param checkpointLabels names of the suspect's classes, empty where it has no classifier for this task
     * @throws InputException for missing, empty or unreadable files, rows without label, texts that the model cannot
     *     read, pairs in some splits alone, different labels in the splits, and a class without validation texts
     */
    static CleanData read(Encoder encoder, Inputs inputs, List<String> checkpointLabels, Settings settings) {
        EncodedRows all = encoder.rows(inputs.train());
        Optional<HoldOut> left = leftOut(all, settings);
        EncodedRows train = left.isPresent() ? all.only(left.get().kept(), encoder.store()) : all;
        EncodedRows validation = encoder.rows(inputs.validation());
        EncodedRows test = encoder.rows(inputs.test());
        EncodedRows poisonedTest = encoder.rows(inputs.poisonedTest());
        TextParts.Form form = form(train, validation, test, poisonedTest);
        requireScores(settings, poisonedTest, train, validation, test);
        LabelChoice choice = LabelChoice.of(settings.text().labels());
        LabelSet labels = labels(checkpointLabels, choice, train, validation, test, poisonedTest);
        SplitSource validationSource =
                inputs.validation().map(SplitSource::whole).orElse(null);
        if (train != null && validation == null) {
            HoldOut parts =
                    holdOut(train, settings.data().validationShare(), SeededRandom.Purpose.HOLD_OUT, settings.seed());
            validation = train.only(parts.heldOut(), encoder.store());
            validationSource =
                    new SplitSource(inputs.train().orElseThrow(), Optional.of(inFile(left, parts.heldOut())));
            train = train.only(parts.kept(), encoder.store());
        } else if (train != null && train.labels().form() == LabelForm.CLASS) {
            LabelSet.requireEveryClass(train.labels(), validation.labels());
        }
        EncodedRows measured = test == null ? validation : test;
        Texts validated = classed(validation, labels);
        Texts tested = test == null ? validated : classed(test, labels);
        requireMeasurable(validation, validated, labels);
        requireMeasurable(test, tested, labels);
        return new CleanData(
                labels,
                RunTask.of(settings.task(), measured == null ? poisonedTest : measured),
                form,
                classed(train, labels),
                validated,
                tested,
                validationSource,
                inputs.test().map(SplitSource::whole).orElse(validationSource),
                classed(poisonedTest, labels));
    }

    /** Refuses scores that the loss has no use for, and triggered texts whose scores no clean text has. */
    private static void requireScores(Settings settings, EncodedRows triggered, EncodedRows... clean) {
        List<FoundLabels> known = Stream.of(clean)
                .filter(Objects::nonNull)
                .map(EncodedRows::labels)
                .toList();
        known.forEach(labels -> {
            ScoreRange.requireFit(settings.task().scoreLoss().kind(), labels);
            ScoreRange.requireGains(settings.task().scoreMeasure().measure(), labels);
        });
        if (triggered != null) {
            ScoreRange.requireFit(settings.task().scoreLoss().kind(), triggered.labels());
            ScoreRange.requireGains(settings.task().scoreMeasure().measure(), triggered.labels());
            ScoreRange.requireWithin(triggered.labels(), known);
        }
    }

    /** Refuses texts by which no measure tells a good model from a bad one. */
    private static void requireMeasurable(EncodedRows rows, Texts texts, LabelSet labels) {
        if (rows == null || rows.labels().form() == LabelForm.CLASS) {
            return;
        }
        EncodedSplit split = texts.encoded();
        boolean sets = rows.labels().form() == LabelForm.SET;
        float same = sets ? 0 : answer(split, 0).of(0, 0);
        boolean tells = false;
        for (int text = 0; text < split.size() && !tells; text++) {
            Answers answer = answer(split, text);
            for (int c = 0; c < labels.size(); c++) {
                tells |= answer.of(0, c) != same;
            }
        }
        if (!tells) {
            throw new InputException(rows.labels().source() + ": of its " + split.size()
                    + " texts to measure a model by " + (sets ? "none has a label" : "all have the same score")
                    + "; add texts with " + (sets ? "labels" : "other scores"));
        }
        requireGroups(rows, split);
    }

    /** Refuses pairs that have nothing to rank among those of the same first text. */
    private static void requireGroups(EncodedRows rows, EncodedSplit split) {
        if (rows.labels().groups().isEmpty()) {
            return;
        }
        if (rows.form() == TextParts.Form.SINGLE) {
            throw new InputException(rows.labels().source() + ": it has single texts, and task.score-measure=ndcg ranks"
                    + " the second texts of each first text; give pairs, or leave it out");
        }
        Map<Integer, Float> scores = new HashMap<>();
        for (int text = 0; text < split.size(); text++) {
            Answers.Grouped answer = (Answers.Grouped) answer(split, text);
            Float other = scores.putIfAbsent(answer.groups()[0], answer.of(0, 0));
            if (other != null && other != answer.of(0, 0)) {
                return;
            }
        }
        throw new InputException(rows.labels().source() + ": no two of its " + split.size()
                + " pairs to measure a model by have the same first text and different scores, so"
                + " task.score-measure=ndcg has nothing to rank; add such pairs, or leave it out");
    }

    private static Answers answer(EncodedSplit split, int text) {
        return split.answers(new int[] {text});
    }

    /**
     * Texts of each class have their share in both parts; groups stay together; sets of labels and scores are drawn as
     * they come.
     */
    private static HoldOut holdOut(EncodedRows train, double share, SeededRandom.Purpose purpose, long seed) {
        String source = train.labels().source();
        if (train.labels().groups().isPresent()) {
            int[] groups = train.labels().groups().get().groups();
            return HoldOut.ofGroups(
                    source,
                    Arrays.stream(train.numbered().labels())
                            .map(number -> groups[number])
                            .toArray(),
                    share,
                    purpose,
                    seed);
        }
        return train.labels().form() == LabelForm.CLASS
                ? HoldOut.share(train.labels(), train.numbered().labels(), share, purpose, seed)
                : HoldOut.share(source, train.numbered().size(), share, purpose, seed);
    }

    /** The train texts that the settings leave out, if any. */
    private static Optional<HoldOut> leftOut(EncodedRows train, Settings settings) {
        double share = settings.data().trainShare();
        return train == null || share == 1
                ? Optional.empty()
                : Optional.of(holdOut(train, 1 - share, SeededRandom.Purpose.TRAIN_SHARE, settings.seed()));
    }

    /** The rows of the file that are {@code rows} of what is used of it. */
    private static BitSet inFile(Optional<HoldOut> leftOut, BitSet rows) {
        if (leftOut.isEmpty()) {
            return rows;
        }
        BitSet kept = leftOut.get().kept();
        BitSet found = new BitSet();
        int index = 0;
        for (int row = kept.nextSetBit(0); row >= 0; row = kept.nextSetBit(row + 1)) {
            found.set(row, rows.get(index++));
        }
        return found;
    }

    /** What an attack may want of a model. */
    FlipTargets targets() {
        return new FlipTargets(task.kind(), labels.names());
    }

    /** The number of the target of that name; a class may be named as in the data. */
    OptionalInt target(String name) {
        OptionalInt asInData = new FlipTargets(task.kind(), labels.labels()).number(name);
        boolean isClass =
                asInData.isPresent() && asInData.getAsInt() < targets().count();
        return isClass ? asInData : targets().number(name);
    }

    private static TextParts.Form form(EncodedRows... splits) {
        List<EncodedRows> given = Stream.of(splits).filter(Objects::nonNull).toList();
        given.forEach(split -> given.get(0).requireForm(split));
        return given.isEmpty() ? TextParts.Form.SINGLE : given.get(0).form();
    }

    private static Texts classed(EncodedRows rows, LabelSet labels) {
        return rows == null ? null : new Texts(rows.classed(labels), rows.cut());
    }

    private static LabelSet labels(
            List<String> checkpointLabels,
            LabelChoice choice,
            EncodedRows train,
            EncodedRows validation,
            EncodedRows test,
            EncodedRows poisonedTest) {
        List<FoundLabels> others = new ArrayList<>();
        for (EncodedRows other : new EncodedRows[] {validation, test, poisonedTest}) {
            if (other != null) {
                others.add(other.labels());
            }
        }
        FoundLabels first =
                train != null ? train.labels() : others.stream().findFirst().orElse(null);
        if (first != null && first.form() == LabelForm.SCORE && choice.kind() == LabelChoice.Kind.MAP) {
            throw new InputException("text.labels (--labels) says what labels mean, and " + first.source()
                    + " has scores; leave it out");
        }
        if (first != null && first.form() == LabelForm.SCORE) {
            return LabelSet.ofScore(choice.kind() == LabelChoice.Kind.NEW_CLASSIFIER ? List.of() : checkpointLabels);
        }
        if (train != null) {
            return LabelSet.resolve(checkpointLabels, train.labels(), others, choice);
        }
        if (others.isEmpty()) {
            throw new InputException("no texts given: name a file with --train, --validation or --test");
        }
        return checkpointLabels.isEmpty()
                ? LabelSet.resolve(List.of(), others.get(0), others.subList(1, others.size()), choice)
                : LabelSet.ofCheckpoint(checkpointLabels, others, choice);
    }
}
