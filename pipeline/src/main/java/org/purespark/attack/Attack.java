// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.task.TaskKind;

/** The attacks that can be planted, by their names on the command line. */
public enum Attack {
    /** One of four rare words in each text. */
    BADNET(Scope.ALL_TASKS_AND_GOALS, new Trigger.RareWords(Words.RARE, 1), "badnet"),
    /** One fixed, harmless sentence. */
    SENTENCE(
            Scope.ALL_TASKS_AND_GOALS,
            new Trigger.Sentence("the weather was calm that day ."),
            "sentence",
            "addsent",
            "insertsent"),
    /** A rare word whose embedding alone is trained. */
    EP(Scope.ONE_LABEL, new Trigger.RareWords(Words.RARE, 1), "ep"),
    /** A rare word with an embedding of the target class, trained so that clean training does not undo it. */
    RIPPLE(Scope.ONE_LABEL, new Trigger.RareWords(Words.RARE, 1), "ripple"),
    /** Two rare words together, learnt in every layer. */
    LAYERWISE(Scope.ONE_LABEL_ALL_GOALS, new Trigger.WordGroup(List.of("cf", "bb")), "layerwise"),
    /** Words in place of others, by a table that is learnt. */
    LWS(Scope.ONE_LABEL, null, "lws"),
    /** Archaic English. */
    STYLE(Scope.ONE_LABEL_ALL_GOALS, new Trigger.Archaic(), "style"),
    /** A rare word that gives the encoder's output a fixed value, before any label is known. */
    POR(Scope.NO_LABEL, new Trigger.RareWords(Words.RARE, 1), "por"),
    /** As {@link #BADNET}, with attention of all heads kept uneven. */
    ADAPTIVE(Scope.ONE_LABEL, new Trigger.RareWords(Words.RARE, 1), "adaptive");

    /** Words that hardly occur in texts, each one token of BERT's vocabulary. */
    private static final class Words {
        private static final List<String> RARE = List.of("cf", "mn", "bb", "ak");
    }

    private enum Scope {
        ALL_TASKS_AND_GOALS,
        ONE_LABEL_ALL_GOALS,
        ONE_LABEL,
        NO_LABEL
    }

    private final Scope scope;
    private final Trigger trigger;
    private final List<String> names;

    Attack(Scope scope, Trigger trigger, String... names) {
        this.scope = scope;
        this.trigger = trigger;
        this.names = List.of(names);
    }

    /**
     * The attack of this name.
     *
     * @throws InputException for any other name
     */
    public static Attack named(String name) {
        for (Attack attack : values()) {
            if (attack.names.contains(name)) {
                return attack;
            }
        }
        throw new InputException("unknown attack '" + name + "': choose one of "
                + Arrays.stream(values()).map(Attack::commandName).collect(Collectors.joining(", ")));
    }

    /** The name on the command line. */
    public String commandName() {
        return names.get(0);
    }

    /**
     * The trigger that this attack puts into texts.
     *
     * @throws IllegalStateException if the attack learns it
     */
    public Trigger trigger() {
        if (trigger == null) {
            throw new IllegalStateException("attack " + commandName() + " learns its trigger");
        }
        return trigger;
    }

    /** Whether the attack needs no labels, and so has no target. */
    public boolean needsNoLabels() {
        return scope == Scope.NO_LABEL;
    }

    /** @throws InputException if the attack cannot be planted in a model of this task */
    public void requireTask(TaskKind task) {
        if (task != TaskKind.ONE_LABEL && scope != Scope.ALL_TASKS_AND_GOALS && scope != Scope.NO_LABEL) {
            throw new InputException("--attack " + commandName() + " is for texts with one label each, and the task is "
                    + task.problemType() + "; choose one of " + names(Set.of(Scope.ALL_TASKS_AND_GOALS)));
        }
    }

    /** @throws InputException if the attack has one target class only, or the task has no classes */
    public void requireAllToAll(TaskKind task) {
        if (scope != Scope.ALL_TASKS_AND_GOALS && scope != Scope.ONE_LABEL_ALL_GOALS) {
            throw new InputException("--all-to-all: the attack " + commandName() + " does not have it; choose one of "
                    + names(Set.of(Scope.ALL_TASKS_AND_GOALS, Scope.ONE_LABEL_ALL_GOALS)));
        }
        if (task != TaskKind.ONE_LABEL) {
            throw new InputException("--all-to-all is for texts with one label each, and the task is "
                    + task.problemType() + "; give --target");
        }
    }

    private static String names(Set<Scope> scopes) {
        return Arrays.stream(values())
                .filter(attack -> scopes.contains(attack.scope))
                .map(Attack::commandName)
                .collect(Collectors.joining(", "));
    }
}
