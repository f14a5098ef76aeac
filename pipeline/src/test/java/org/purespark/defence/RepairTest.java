// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.DefenceChoice;
import org.purespark.heads.Head;
import org.purespark.model.Device;
import org.purespark.task.TaskKind;
import org.purespark.train.Exchange;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;
import org.purespark.train.LocalFineTuner;
import org.purespark.train.Trainer;

class RepairTest {
    private static final FineTuner STRAIGHT = new LocalFineTuner(DefenceCase.STORAGE, new Device.Cpu(1));

    @TempDir
    private Path directory;

    @Test
    void anInterruptedSecondTrainingEndsWithTheSameBitsAndTheFirstIsNotDoneAgain() throws Exception {
        DefenceCase clues = DefenceCase.of(directory, "bert", DefenceChoice.MEFT, "train.checkpoint-interval-steps=7");
        clues.baseline();
        RepairPlan plan = Defences.of(DefenceChoice.MEFT).plan(clues);
        List<String> straight = new ArrayList<>();
        run(clues, STRAIGHT, plan, "straight", straight);
        assertThat(straight).containsExactly("maximum entropy: 15 steps", "fine-tuning: 60 steps");

        List<String> before = new ArrayList<>();
        assertThatThrownBy(() -> run(clues, interruptedAt("fine-tuning", 20), plan, "again", before))
                .hasMessage("pulled the plug");
        assertThat(before).containsExactly("maximum entropy: 15 steps");
        Path between = directory.resolve("again-work/training-1/model/model.safetensors");
        FileTime written = Files.getLastModifiedTime(between);
        List<String> after = new ArrayList<>();
        run(clues, STRAIGHT, plan, "again", after);
        assertThat(after).containsExactly("fine-tuning: 60 steps");
        assertThat(Files.getLastModifiedTime(between)).isEqualTo(written);
        Map<String, Tensor> expected =
                DefenceCase.read(clues.places("straight").output()).tensors();
        Map<String, Tensor> actual =
                DefenceCase.read(clues.places("again").output()).tensors();
        expected.forEach(
                (name, tensor) -> assertThat(actual.get(name).values()).as(name).isEqualTo(tensor.values()));
    }

    @Test
    void maximumEntropyLeavesNoClassAheadAndFineTuningGoesOnFromThere() throws Exception {
        DefenceCase clues = DefenceCase.of(directory, "bert", DefenceChoice.MEFT, "repair.entropy-epochs=4");
        String baseline = clues.baseline().directory();
        RepairPlan plan = Defences.of(DefenceChoice.MEFT).plan(clues);
        assertThat(plan.tunings().get(0).origin()).isEqualTo(Tuning.Origin.BASELINE);
        assertThat(plan.tunings().get(1).origin()).isEqualTo(Tuning.Origin.PREVIOUS);
        assertThat(plan.tunings()).extracting(Tuning::projection).containsOnly(FineTuning.Projection.OWN);
        run(clues, STRAIGHT, plan, "meft", new ArrayList<>());
        String between = directory.resolve("meft-work/training-1/model").toString();
        assertThat(clues.decidedness(baseline)).as("fine-tuned").isGreaterThan(0.4);
        assertThat(clues.decidedness(between)).as("all classes alike").isLessThan(0.05);
        assertThat(clues.decidedness(clues.places("meft").output()))
                .as("fine-tuned again")
                .isGreaterThan(0.4);
    }

    @Test
    void headsThatThePlanPrunesArePrunedInEveryTraining() throws Exception {
        DefenceCase clues = DefenceCase.of(directory, "bert", DefenceChoice.MEFT, "train.epochs=1");
        clues.baseline();
        RepairPlan meft = Defences.of(DefenceChoice.MEFT).plan(clues);
        TreeSet<Head> heads = new TreeSet<>(List.of(new Head(0, 3)));
        RepairPlan plan = new RepairPlan(heads, meft.tunings(), new TreeMap<>(Map.of("figure", "7")));
        run(clues, STRAIGHT, plan, "pruned", new ArrayList<>());
        String between = directory.resolve("pruned-work/training-1/model").toString();
        assertThat(DefenceCase.read(between).prunedHeads()).isEqualTo(heads);
        assertThat(DefenceCase.read(clues.places("pruned").output()).prunedHeads())
                .isEqualTo(heads);
        assertThat(directory.resolve("pruned/README.md"))
                .content()
                .contains("figure")
                .contains("7");
    }

    @Test
    void maximumEntropyOfAScoreIsRefused() {
        Clues score = DefenceCase.of(directory, "bert", DefenceChoice.MEFT).with(TaskKind.SCORE);
        assertThatThrownBy(() -> Defences.of(DefenceChoice.MEFT).plan(score))
                .isInstanceOf(InputException.class)
                .hasMessage("defence=meft teaches all classes alike, but this task is a score, which has no classes:"
                        + " choose another defence");
    }

    @Test
    void aPlanNeedsATrainingWithAModelBeforeIt() {
        assertThatThrownBy(() -> new RepairPlan(new TreeSet<>(), List.of(), new TreeMap<>()))
                .hasMessage("a repair without a training");
        Tuning later = Tuning.plain(DefenceCase.of(directory, "bert", DefenceChoice.FT)
                        .settings()
                        .train())
                .from(Tuning.Origin.PREVIOUS, FineTuning.Projection.OWN);
        assertThatThrownBy(() -> RepairPlan.of(later, new TreeMap<>()))
                .hasMessage("there is no training before the first one");
    }

    private void run(DefenceCase clues, FineTuner fineTuner, RepairPlan plan, String name, List<String> done)
            throws Exception {
        clues.repair(fineTuner)
                .run(
                        "normalize",
                        plan,
                        clues.places(name),
                        DefenceCase.export(),
                        (tuning, steps) -> done.add(tuning.name() + ": " + steps.size() + " steps"));
    }

    /** Trains in this process and stops in a training of that name. */
    private static FineTuner interruptedAt(String training, int step) {
        return (label, fineTuning, texts) -> {
            List<Trainer.StepReport> steps = new ArrayList<>();
            try (FineTuning.Loaded loaded = fineTuning.load(DefenceCase.STORAGE, new Device.Cpu(1))) {
                loaded.train(texts, Exchange.alone(), report -> {
                    steps.add(report);
                    if (label.equals("normalize: " + training) && report.step() == step) {
                        throw new IllegalStateException("pulled the plug");
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return steps;
        };
    }
}
