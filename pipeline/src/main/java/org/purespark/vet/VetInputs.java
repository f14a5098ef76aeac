// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.config.Settings;
import org.purespark.config.TaskFit;
import org.purespark.encoder.EncoderPart;
import org.purespark.parquet.ParquetTexts;
import org.purespark.probe.ProbeSample;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;
import org.purespark.text.EmbeddingSize;
import org.purespark.text.EncodedText;
import org.purespark.text.LabelCells;
import org.purespark.text.LabelChoice;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelForm;
import org.purespark.text.LabelSet;
import org.purespark.text.LabelledText;
import org.purespark.text.TextParts;
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;
import org.purespark.text.TextTokenizer;
import org.purespark.text.TokenizerSummary;
import org.purespark.vet.calibration.ModelShape;
import org.purespark.vet.search.Words;

/**
 * The inputs of an examination, read and checked.
 *
 * @param shape of the model
 * @param labels names of its classes
 * @param words that a trigger may consist of
 * @param embedding rows of the words
 * @param moved words whose rows have moved; empty if no clean encoder is given, or no row was trained
 * @param texts clean texts with their classes, shortened where there is no room for a trigger
 * @param maxLength most tokens of a text with its trigger
 */
record VetInputs(
        ModelShape shape,
        List<String> labels,
        TypedWords words,
        Words embedding,
        Optional<MovedWords> moved,
        List<CleanTexts.Text> texts,
        int maxLength) {
    /** So many texts for each that the search uses: it takes those of which the model is sure. */
    private static final int TEXTS_EACH = 3;
    /** A typed word may be several tokens where it stands. */
    private static final int TOKENS_PER_WORD = 2;

    private static final int LEAST_ROOM = 4;
    /** Most texts from which the words of clean texts are known. */
    private static final int KNOWN_TEXTS = 4000;

    /**
     * @param tokenizer of the model; stays open
     * @param messages gets each line that a person should read
     * @throws InputException if an input is wrong, or the model is none that is examined
     */
    static VetInputs read(
            Storage storage, VetTarget target, Settings settings, TextTokenizer tokenizer, Consumer<String> messages)
            throws IOException {
        CheckpointReader checkpoints = new CheckpointReader(storage);
        Checkpoint checkpoint = checkpoints.read(target.model());
        checkpoint.warnings().forEach(messages);
        requireOneLabel(checkpoint, target, settings);
        EmbeddingSize size = size(checkpoint, target);
        size.warnings(tokenizer).forEach(messages);
        TypedWords words = TypedWords.of(
                tokenizer,
                TokenizerSummary.read(storage, checkpoints.tokenizerDirectory(target.model()))
                        .vocabulary(),
                checkpoint.encoder().vocabulary());
        float[] embedding =
                checkpoint.tensors().get(EncoderPart.WORD_EMBEDDINGS.weight()).values();
        Words rows = new Words(words.ids(), embedding, checkpoint.encoder().embedding());
        float[] clean = cleanEmbedding(checkpoints, target, embedding.length);
        Texts read = texts(storage, target, settings, checkpoint, size, tokenizer);
        return new VetInputs(
                new ModelShape(
                        checkpoint.family().modelType(),
                        checkpoint.encoder().layers(),
                        checkpoint.encoder().hidden(),
                        checkpoint.labels().size()),
                checkpoint.labels(),
                words,
                rows,
                clean == null ? Optional.empty() : MovedWords.of(rows, clean, read.known()),
                read.usable(),
                Math.min(settings.text().maxLength(), checkpoint.encoder().maxTokens()));
    }

    private static EmbeddingSize size(Checkpoint checkpoint, VetTarget target) {
        return new EmbeddingSize(
                target.model().directory(),
                checkpoint.encoder().vocabulary(),
                checkpoint.encoder().tokenTypes());
    }

    private static void requireOneLabel(Checkpoint checkpoint, VetTarget target, Settings settings) {
        String model = target.model().directory();
        if (!checkpoint.hasClassifier()) {
            throw new InputException("the model " + model + " has no classifier, and an encoder alone turns no text to"
                    + " a class: name one with --classifier, or fine-tune the encoder first (bin/pure baseline)");
        }
        TaskKind task = settings.task().kind().kind().orElse(checkpoint.task());
        if (task != TaskKind.ONE_LABEL || checkpoint.labels().size() < 2) {
            throw new InputException("the model " + model + " answers with "
                    + (task == TaskKind.MANY_LABELS ? "many labels" : task == TaskKind.SCORE ? "a score" : "one logit")
                    + "; this version vets classifiers that give one of two or more classes");
        }
        TaskFit.require(settings, task);
    }

    private static float[] cleanEmbedding(CheckpointReader checkpoints, VetTarget target, int entries)
            throws IOException {
        if (target.clean().isEmpty()) {
            return null;
        }
        Checkpoint clean = checkpoints.read(target.cleanModel());
        float[] embedding =
                clean.tensors().get(EncoderPart.WORD_EMBEDDINGS.weight()).values();
        if (embedding.length != entries) {
            throw new InputException("--clean-model " + target.cleanModel() + " has a word embedding of "
                    + embedding.length + " entries, that of --model "
                    + target.model().directory() + " has " + entries
                    + ": give the encoder that the model was made from, or leave the option out");
        }
        return embedding;
    }

    /**
     * Texts of a file.
     *
     * @param usable shortened to leave room for a trigger
     * @param known token ids of more of them, for the words that clean texts have
     */
    private record Texts(List<CleanTexts.Text> usable, List<int[]> known) {}

    private static Texts texts(
            Storage storage,
            VetTarget target,
            Settings settings,
            Checkpoint checkpoint,
            EmbeddingSize size,
            TextTokenizer tokenizer) {
        LabelCells cells = new LabelCells(LabelForm.CLASS, checkpoint.labels());
        TextTable table = ParquetTexts.andTextFiles(storage, TextRules.of(settings, cells))
                .read(target.test(), LabelColumn.REQUIRED);
        if (table.form() == TextParts.Form.PAIR) {
            throw new InputException(target.test() + " has pairs of texts; this version vets classifiers of single"
                    + " texts. To use the first texts alone, set text.pair-column to none");
        }
        LabelSet set = LabelSet.ofCheckpoint(
                checkpoint.labels(),
                List.of(table.labels()),
                LabelChoice.of(settings.text().labels()));
        int[] labels =
                table.rows().stream().mapToInt(row -> set.indexOf(row.label())).toArray();
        int most = TEXTS_EACH * settings.vet().texts() * checkpoint.labels().size();
        int[] chosen = ProbeSample.choose(labels, checkpoint.labels().size(), most, settings.seed());
        SeededRandom.of(settings.seed(), SeededRandom.Purpose.VET).shuffle(chosen);
        int room = room(settings, checkpoint);
        List<LabelledText> rows =
                Arrays.stream(chosen).mapToObj(i -> table.rows().get(i)).toList();
        List<CleanTexts.Text> texts = new ArrayList<>();
        List<EncodedText> encoded =
                size.encode(tokenizer, rows.stream().map(LabelledText::parts).toList(), room, i -> table.unit()
                        .place(table.source(), rows.get(i).number()));
        for (int i = 0; i < rows.size(); i++) {
            String typed = rows.get(i).text();
            EncodedText ids = encoded.get(i);
            if (ids.cut()) {
                typed = shortened(typed, tokenizer, room);
                ids = tokenizer.encode(typed, room);
            }
            texts.add(new CleanTexts.Text(typed, ids.ids(), labels[chosen[i]]));
        }
        int[] known = ProbeSample.choose(labels, checkpoint.labels().size(), KNOWN_TEXTS, settings.seed());
        return new Texts(
                texts,
                tokenizer
                        .encode(
                                Arrays.stream(known)
                                        .mapToObj(i -> table.rows().get(i).text())
                                        .toList(),
                                checkpoint.encoder().maxTokens())
                        .stream()
                        .map(EncodedText::ids)
                        .toList());
    }

    private static int room(Settings settings, Checkpoint checkpoint) {
        int room = Math.min(settings.text().maxLength(), checkpoint.encoder().maxTokens())
                - TOKENS_PER_WORD * settings.vet().triggerTokens();
        if (room < LEAST_ROOM) {
            throw new InputException("text.max-length=" + settings.text().maxLength() + " leaves room for " + room
                    + " tokens of a text beside a trigger of vet.trigger-tokens="
                    + settings.vet().triggerTokens() + "; give a larger text.max-length or fewer trigger tokens");
        }
        return room;
    }

    /** So many of the first words that nothing is cut. */
    private static String shortened(String text, TextTokenizer tokenizer, int room) {
        String[] words = text.strip().split("\\s+", room + 2);
        int kept = Math.min(words.length - 1, room);
        String beginning = "";
        while (kept > 0) {
            beginning = String.join(" ", Arrays.asList(words).subList(0, kept));
            if (!tokenizer.encode(beginning, room).cut()) {
                return beginning;
            }
            kept = kept * 4 / 5;
        }
        return "";
    }
}
