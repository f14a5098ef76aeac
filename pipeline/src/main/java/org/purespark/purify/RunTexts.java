// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.ModelCard;
import org.purespark.metrics.FlipTargets;
import org.purespark.storage.ScratchFile;
import org.purespark.task.Task;
import org.purespark.text.EncodedText;
import org.purespark.text.LabelSet;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextParts;
import org.purespark.text.TextReader;

/** The texts of a run in the form that the model reads, and where they are as texts. */
final class RunTexts implements AutoCloseable {
    /** The splits. */
    enum Split {
        TRAIN,
        VALIDATION,
        TEST,
        POISONED_TEST
    }

    private final CleanData data;
    private final TextReader reader;
    private final SplitEncoder.Encoding encoding;
    private final ScratchFile scratch;
    private final Consumer<String> messages;
    private final Set<String> said = new HashSet<>();

    /**
     * @param reader reads the texts again, for those that are needed as texts
     * @param encoding its tokenizer is closed with this object
     * @param scratch where token ids are kept; closed with this object
     * @param messages gets the number of texts that are cut, when they are used
     */
    RunTexts(
            CleanData data,
            TextReader reader,
            SplitEncoder.Encoding encoding,
            ScratchFile scratch,
            Consumer<String> messages) {
        this.data = data;
        this.reader = reader;
        this.encoding = encoding;
        this.scratch = scratch;
        this.messages = messages;
    }

    LabelSet labels() {
        return data.labels();
    }

    Task task() {
        return data.task();
    }

    /** What an attack may want of a model. */
    FlipTargets targets() {
        return data.targets();
    }

    /** The number of the target of that name, which is one. */
    int target(String name) {
        return data.target(name).orElseThrow();
    }

    int maxLength() {
        return encoding.maxLength();
    }

    /** What the texts are to a model, for the export. */
    ModelCard.Texts kind() {
        return ModelCard.Texts.of(data.form(), encoding.tokenizer());
    }

    /** Whether there are single texts or pairs. */
    TextParts.Form form() {
        return data.form();
    }

    /** What a person should know of the tokenizer, one sentence each. */
    List<String> tokenizerNotes() {
        return encoding.embedding().warnings(encoding.tokenizer());
    }

    /** Whether there are triggered texts. */
    boolean arePoisoned() {
        return data.poisonedTest() != null;
    }

    /** The texts of some rows of the test split, by their indices from 0. */
    List<TextParts> testTexts(List<Integer> chosen) {
        return data.testSource().texts(reader, chosen);
    }

    /** The texts of some rows of the validation split, by their indices from 0. */
    List<TextParts> validationTexts(List<Integer> chosen) {
        return data.validationSource().texts(reader, chosen);
    }

    EncodedSplit encoded(Split split) {
        CleanData.Texts texts =
                switch (split) {
                    case TRAIN -> data.train();
                    case VALIDATION -> data.validation();
                    case TEST -> data.test();
                    case POISONED_TEST -> data.poisonedTest();
                };
        texts.cut().filter(said::add).ifPresent(messages);
        return texts.encoded();
    }

    /** Token ids of texts with a probe, each cut to the longest length. */
    List<EncodedText> encodeProbed(List<TextParts> texts) {
        return encoding.embedding()
                .encode(encoding.tokenizer(), texts, maxLength(), index -> "a text of the trigger probes");
    }

    @Override
    public void close() {
        encoding.tokenizer().close();
        scratch.close();
    }
}
