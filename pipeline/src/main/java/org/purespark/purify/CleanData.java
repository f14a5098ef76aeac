// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.Settings;
import org.purespark.text.EncodedRows;
import org.purespark.text.FoundLabels;
import org.purespark.text.HoldOut;
import org.purespark.text.LabelChoice;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelSet;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextParts;
import org.purespark.text.TextReader;

/**
 * The texts of a run as token ids, read and checked as a whole before any work starts.
 *
 * @param labels the classes
 * @param form whether all texts are single or pairs
 * @param train null if there is none
 * @param validation given, or held out of train
 * @param test given, or the validation texts
 * @param testSource where the test texts are
 * @param poisonedTest null if there is none
 */
record CleanData(
        LabelSet labels,
        TextParts.Form form,
        Texts train,
        Texts validation,
        Texts test,
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
     * @param checkpointLabels names of the suspect's classes, empty where it has no classifier
     * @throws InputException for missing, empty or unreadable files, rows without label, texts that the model cannot
     *     read, pairs in some splits alone, different labels in the splits, and a class without validation texts
     */
    static CleanData read(Encoder encoder, Inputs inputs, List<String> checkpointLabels, Settings settings) {
        EncodedRows train = encoder.rows(inputs.train());
        EncodedRows validation = encoder.rows(inputs.validation());
        EncodedRows test = encoder.rows(inputs.test());
        EncodedRows poisonedTest = encoder.rows(inputs.poisonedTest());
        TextParts.Form form = form(train, validation, test, poisonedTest);
        LabelChoice choice = LabelChoice.of(settings.text().labels());
        LabelSet labels = labels(checkpointLabels, choice, train, validation, test, poisonedTest);
        SplitSource validationSource =
                inputs.validation().map(SplitSource::whole).orElse(null);
        if (train != null && validation == null) {
            HoldOut parts = HoldOut.share(
                    train.labels(), train.numbered().labels(), settings.data().validationShare(), settings.seed());
            validation = train.only(parts.heldOut(), encoder.store());
            validationSource = new SplitSource(inputs.train().orElseThrow(), Optional.of(parts.heldOut()));
            train = train.only(parts.kept(), encoder.store());
        } else if (train != null) {
            LabelSet.requireEveryClass(train.labels(), validation.labels());
        }
        return new CleanData(
                labels,
                form,
                classed(train, labels),
                classed(validation, labels),
                classed(test == null ? validation : test, labels),
                inputs.test().map(SplitSource::whole).orElse(validationSource),
                classed(poisonedTest, labels));
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
