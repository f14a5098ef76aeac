// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.config.Settings;
import org.purespark.text.HoldOut;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelSet;
import org.purespark.text.TextReader;
import org.purespark.text.TextTable;

/**
 * The texts of a run, read and checked as a whole before any work starts.
 *
 * @param labels the classes
 * @param train null if there is none
 * @param validation given, or held out of train
 * @param test given, or the validation texts
 * @param poisonedTest null if there is none
 */
record CleanData(LabelSet labels, TextTable train, TextTable validation, TextTable test, TextTable poisonedTest) {

    /**
     * @param checkpointLabels names of the suspect's classes, empty where it has no classifier
     * @throws InputException for missing, empty or unreadable files, rows without label, different labels in the
     *     splits, and a class without validation texts
     */
    static CleanData read(TextReader reader, Inputs inputs, List<String> checkpointLabels, Settings settings) {
        TextTable train = table(reader, inputs.train());
        TextTable validation = table(reader, inputs.validation());
        TextTable test = table(reader, inputs.test());
        TextTable poisonedTest = table(reader, inputs.poisonedTest());
        LabelSet labels = labels(checkpointLabels, train, validation, test, poisonedTest);
        if (train != null && validation == null) {
            HoldOut heldOut = HoldOut.share(train, settings.data().validationShare(), settings.seed());
            train = heldOut.train();
            validation = heldOut.validation();
        } else if (train != null) {
            LabelSet.requireEveryClass(train, validation);
        }
        return new CleanData(labels, train, validation, test == null ? validation : test, poisonedTest);
    }

    private static TextTable table(TextReader reader, Optional<String> address) {
        return address.map(file -> reader.read(file, LabelColumn.REQUIRED)).orElse(null);
    }

    private static LabelSet labels(
            List<String> checkpointLabels,
            TextTable train,
            TextTable validation,
            TextTable test,
            TextTable poisonedTest) {
        List<TextTable> others = new ArrayList<>();
        for (TextTable other : new TextTable[] {validation, test, poisonedTest}) {
            if (other != null) {
                others.add(other);
            }
        }
        if (train != null) {
            return LabelSet.resolve(checkpointLabels, train, others);
        }
        if (others.isEmpty()) {
            throw new InputException("no texts given: name a file with --train, --validation or --test");
        }
        return checkpointLabels.isEmpty()
                ? LabelSet.resolve(List.of(), others.get(0), others.subList(1, others.size()))
                : LabelSet.ofCheckpoint(checkpointLabels, others);
    }
}
