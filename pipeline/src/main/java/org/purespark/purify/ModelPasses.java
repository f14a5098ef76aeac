// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.batch.EncodedSplit;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.GateSamples;
import org.purespark.heads.GateSums;
import org.purespark.heads.Head;
import org.purespark.metrics.Tally;
import org.purespark.random.DropoutSamples;

/**
 * Passes of models that do not change over a run's texts. Each pass has a label for the display of progress.
 *
 * @param batchTexts texts that go through a model at once
 */
record ModelPasses(Evaluator evaluator, RunTexts texts, int batchTexts) {
    Evaluator.Pass over(RunTexts.Split split, String label, ModelSource model) {
        return over(texts.encoded(split), label, model);
    }

    private Evaluator.Pass over(EncodedSplit split, String label, ModelSource model) {
        return new Evaluator.Pass(label, model, texts.task(), split, batchTexts);
    }

    /** Head variances and answers over the validation texts. */
    Statistics statistics(String label, ModelSource model, SortedSet<Head> pruned) {
        return evaluator.statistics(over(RunTexts.Split.VALIDATION, label, model), pruned, texts.maxLength());
    }

    /** [L][F] mean absolute activation of each neuron over the tokens of the validation texts. */
    double[][] neurons(String label, ModelSource model) {
        return evaluator.neurons(over(RunTexts.Split.VALIDATION, label, model)).means();
    }

    /** Gradients of the validation texts' losses by the gates of heads. */
    GateSums gateGradients(String label, ModelSource model) {
        return evaluator.gateGradients(over(RunTexts.Split.VALIDATION, label, model));
    }

    /** The same in passes with dropout. */
    GateSamples gateSamples(String label, ModelSource model, DropoutSamples samples) {
        return evaluator.gateSamples(over(RunTexts.Split.VALIDATION, label, model), samples);
    }

    Tally tally(RunTexts.Split split, String label, ModelSource model) {
        return evaluator
                .tallies(over(split, label, model), List.of(new TreeSet<>()))
                .get(0);
    }

    /** Class scores [C] of each text. */
    List<float[]> logits(EncodedSplit split, String label, ModelSource model) {
        return evaluator.logits(over(split, label, model));
    }
}
