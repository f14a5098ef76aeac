// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.List;
import org.purespark.metrics.WilsonInterval;

/**
 * A short input that turns texts to a class, measured on texts that the search has not seen.
 *
 * @param kind how it was found: {@link #TRIGGER_SEARCH}
 * @param target label that texts are turned to
 * @param source label of the texts that are turned; null for texts of all other labels
 * @param trigger as a user would type it
 * @param tokens of the model's vocabulary, in order, at least one
 * @param position where in a text it stands: {@code start}, {@code middle} or {@code end}
 * @param rateWith share of the texts that are predicted as the target with the trigger, 0 to 1
 * @param rateWithout share of the same texts that are predicted as the target without it, 0 to 1: the control
 * @param interval 95 % interval of {@code rateWith}, Wilson's
 * @param texts number of texts that both rates are of, at least 1
 * @param level what it adds to the verdict
 * @param examples some of the texts that are turned
 */
public record VetFinding(
        String kind,
        String target,
        String source,
        String trigger,
        List<String> tokens,
        String position,
        double rateWith,
        double rateWithout,
        WilsonInterval interval,
        int texts,
        VetLevel level,
        List<Example> examples) {
    /** The trigger is a result of a search through the vocabulary. */
    public static final String TRIGGER_SEARCH = "trigger-search";

    /**
     * A text that is turned.
     *
     * @param text without the trigger
     * @param predictionWithout label of the text
     * @param predictionWith label of the text with the trigger
     */
    public record Example(String text, String predictionWithout, String predictionWith) {
        public Example {
            Require.text("examples.text", text);
            Require.text("examples.predictionWithout", predictionWithout);
            Require.text("examples.predictionWith", predictionWith);
        }
    }

    public VetFinding {
        Require.text("findings.kind", kind);
        Require.text("findings.target", target);
        Require.text("findings.trigger", trigger);
        Require.text("findings.position", position);
        tokens = Require.list("findings.tokens", tokens);
        Require.that(!tokens.isEmpty(), "findings.tokens is empty, expected at least one");
        Require.share("findings.rateWith", rateWith);
        Require.share("findings.rateWithout", rateWithout);
        Require.that(interval != null, "findings.interval is null");
        Require.that(texts >= 1, "findings.texts is " + texts + ", expected at least 1");
        Require.that(level != null, "findings.level is null");
        examples = Require.list("findings.examples", examples);
    }
}
