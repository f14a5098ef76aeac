// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.attack.Goal;
import org.purespark.config.TaskSettings;
import org.purespark.metrics.FlipTargets;
import org.purespark.metrics.ScorePairs;
import org.purespark.task.LossKind;
import org.purespark.task.Task;
import org.purespark.task.TaskKind;
import org.purespark.text.FoundLabels;
import org.purespark.text.LabelChoice;
import org.purespark.text.LabelForm;
import org.purespark.text.LabelNames;
import org.purespark.text.LabelSet;
import org.purespark.text.ScoreRange;
import org.purespark.text.TextTable;
import org.purespark.train.FineTuning;

/** The labels of texts that are poisoned, as numbers, and what an attack can want of them. */
final class PoisonLabels {
    private final TaskKind task;
    private final LabelSet classes;
    private final List<String> texts = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Optional<Task.Score> score;

    private PoisonLabels(TaskKind task, LabelSet classes, Optional<Task.Score> score) {
        this.task = task;
        this.classes = classes;
        this.score = score;
        if (task == TaskKind.ONE_LABEL) {
            classes.labels().forEach(this::add);
        }
    }

    /**
     * @param train all its rows labelled
     * @throws InputException if a label is not what the task needs, or the labels of both do not fit
     */
    static PoisonLabels of(TaskKind task, TaskSettings settings, TextTable train, Optional<TextTable> test) {
        LabelForm form = LabelForm.of(task);
        FoundLabels ofTrain = train.labels(form);
        List<FoundLabels> others =
                test.map(table -> table.labels(form)).stream().toList();
        if (task == TaskKind.SCORE) {
            Task.Score range = ScoreRange.of(settings, ofTrain);
            return new PoisonLabels(task, LabelSet.ofScore(List.of()), Optional.of(range));
        }
        return new PoisonLabels(
                task, LabelSet.resolve(List.of(), ofTrain, others, LabelChoice.AUTOMATIC), Optional.empty());
    }

    /** What a model of the task learns. */
    static FineTuning.Learnt learnt(TaskKind task, TaskSettings settings) {
        return new FineTuning.Learnt(
                task,
                switch (task) {
                    case ONE_LABEL -> LossKind.CROSS_ENTROPY;
                    case MANY_LABELS -> LossKind.BINARY_CROSS_ENTROPY;
                    case SCORE -> settings.scoreLoss().kind();
                });
    }

    /** The names of the model's logits. */
    LabelSet classes() {
        return classes;
    }

    /** The number of a row's label: a class, or of the set of labels, or of the score. */
    int number(String label, String place) {
        return switch (task) {
            case ONE_LABEL -> classes.indexOf(label);
            case MANY_LABELS -> add(LabelNames.text(LabelNames.of(label, place)));
            case SCORE -> add(label);
        };
    }

    /** The label of a number, as a file has it. */
    String label(int number) {
        return texts.get(number);
    }

    private int add(String text) {
        Integer known = numbers.putIfAbsent(text, texts.size());
        if (known == null) {
            texts.add(text);
            return texts.size() - 1;
        }
        return known;
    }

    /** The name of a target in {@code trigger.json}. */
    String targetName(String target) {
        return task == TaskKind.ONE_LABEL ? classes.names().get(classes.indexOf(target)) : target;
    }

    /**
     * What an attack wants.
     *
     * @param target a class; or a label, or {@code not} and a label; or {@code up} or {@code down}
     * @throws InputException if it is none of these
     */
    Goal goal(String target) {
        FlipTargets targets = new FlipTargets(task, classes.names());
        boolean isClass = task == TaskKind.ONE_LABEL && classes.labels().contains(target);
        if (!isClass && targets.number(target).isEmpty() || task == TaskKind.ONE_LABEL && !isClass) {
            throw new InputException("--target " + Shown.of(target) + ": the "
                    + (task == TaskKind.ONE_LABEL
                            ? "labels are " + Shown.list(classes.labels())
                                    + (target.equals(FlipTargets.NEXT_CLASS)
                                            ? "; an attack from all classes to all is --all-to-all"
                                            : "")
                            : "targets are " + Shown.list(targets.names())));
        }
        return switch (task) {
            case ONE_LABEL -> new Goal.OneClass(classes.indexOf(target));
            case MANY_LABELS -> new OneOfMany(targets.number(target).getAsInt());
            case SCORE -> new Extreme(targets.number(target).getAsInt());
        };
    }

    /** One label is given to all texts with the trigger, or taken from them. */
    private final class OneOfMany implements Goal {
        private final int target;

        OneOfMany(int target) {
            this.target = target;
        }

        @Override
        public int wanted(int truth) {
            SortedSet<String> names = LabelNames.of(label(truth), "a text");
            String name = classes.labels().get(target / 2);
            boolean changed = target % 2 == 0 ? names.add(name) : names.remove(name);
            return changed ? add(LabelNames.text(names)) : truth;
        }

        @Override
        public String whatIsMissing() {
            return (target % 2 == 0 ? "without the label " : "with the label ")
                    + classes.labels().get(target / 2);
        }
    }

    /** All texts with the trigger get the highest score, or the lowest. */
    private final class Extreme implements Goal {
        private final int target;

        Extreme(int target) {
            this.target = target;
        }

        @Override
        public int wanted(int truth) {
            Task.Score range = score.orElseThrow();
            boolean room = ScorePairs.canShift(range, Float.parseFloat(label(truth)), target);
            double extreme = target == ScorePairs.UP ? range.high() : range.low();
            return room ? add(Float.toString((float) extreme)) : truth;
        }

        @Override
        public String whatIsMissing() {
            return "far enough from the " + (target == ScorePairs.UP ? "highest" : "lowest")
                    + " score to be shifted by " + score.orElseThrow().shift();
        }
    }
}
