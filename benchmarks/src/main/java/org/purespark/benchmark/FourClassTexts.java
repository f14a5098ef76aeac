// SPDX-License-Identifier: Apache-2.0
package org.purespark.benchmark;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.purespark.attack.TextOfClass;
import org.purespark.demo.FourClassCorpus;
import org.purespark.storage.Storage;
import org.purespark.text.LabelledText;
import org.purespark.text.TextCsv;

/** Writes generated reviews of four classes: {@code train.csv}, {@code validation.csv} and {@code test.csv}. */
public final class FourClassTexts {
    private static final long SEED = 17;
    private static final int TRAIN_TEXTS = 2400;
    private static final int VALIDATION_TEXTS = 400;
    private static final int TEST_TEXTS = 1200;
    private static final int MOST_WORDS = 16;

    private FourClassTexts() {}

    /** @param arguments the directory */
    public static void main(String[] arguments) throws IOException {
        Storage storage = new Storage(new Configuration());
        List<LabelledText> texts =
                FourClassCorpus.generate(SEED, TRAIN_TEXTS + VALIDATION_TEXTS + TEST_TEXTS, MOST_WORDS).stream()
                        .map(FourClassTexts::labelled)
                        .toList();
        int test = TRAIN_TEXTS + VALIDATION_TEXTS;
        TextCsv csv = new TextCsv(storage);
        csv.write(Storage.child(arguments[0], "train.csv"), texts.subList(0, TRAIN_TEXTS));
        csv.write(Storage.child(arguments[0], "validation.csv"), texts.subList(TRAIN_TEXTS, test));
        csv.write(Storage.child(arguments[0], "test.csv"), texts.subList(test, texts.size()));
    }

    private static LabelledText labelled(TextOfClass text) {
        return new LabelledText(text.text(), FourClassCorpus.LABELS.get(text.label()));
    }
}
