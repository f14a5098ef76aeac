// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * All settings of a run. The key of a component is its kebab-case path from here ({@code train.learningRate} is
 * {@code train.learning-rate}); its meaning, unit and default are in {@code pure-defaults.conf}, its range is in its
 * annotation. A new setting takes two lines: the component and the default.
 *
 * @param seed any number; it decides everything that is random
 */
public record Settings(
        long seed,
        DefenceChoice defence,
        DataSettings data,
        TextSettings text,
        TaskSettings task,
        TrainSettings train,
        ScoreSettings score,
        PruneSettings prune,
        PenaltySettings penalty,
        RepairSettings repair,
        EvaluateSettings evaluate,
        ProbeSettings probe,
        VetSettings vet,
        PurifySettings purify,
        ComputeSettings compute,
        ExportSettings export)
        implements Serializable {
    /** The same with another defence. */
    public Settings withDefence(DefenceChoice other) {
        return new Settings(
                seed, other, data, text, task, train, score, prune, penalty, repair, evaluate, probe, vet, purify,
                compute, export);
    }

    /** The same with other known triggers. */
    public Settings withProbe(ProbeSettings other) {
        return new Settings(
                seed, defence, data, text, task, train, score, prune, penalty, repair, evaluate, other, vet, purify,
                compute, export);
    }

    /** The same with another seed. */
    public Settings withSeed(long other) {
        return new Settings(
                other, defence, data, text, task, train, score, prune, penalty, repair, evaluate, probe, vet, purify,
                compute, export);
    }
}
