package org.purespark.config;

import java.io.Serializable;

/**
 * Everything about a run that can be set. The key of a component is its kebab-case path from here
 * ({@code train.learningRate} is {@code train.learning-rate}); its meaning, unit and default stand in
 * {@code pure-defaults.conf}, its range in its annotation. A new setting takes two lines: the component and the default.
 *
 * @param seed any number; everything random derives from it
 */
public record Settings(
        long seed,
        DataSettings data,
        TextSettings text,
        TrainSettings train,
        PruneSettings prune,
        PenaltySettings penalty,
        EvaluateSettings evaluate,
        ProbeSettings probe,
        ComputeSettings compute,
        ExportSettings export)
        implements Serializable {}
