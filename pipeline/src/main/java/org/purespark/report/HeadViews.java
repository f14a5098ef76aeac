// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.purespark.heads.Head;
import org.purespark.heads.HeadScores;
import org.purespark.prune.PruneStep;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.NormalizationFile;
import org.purespark.run.artifact.PrunedHeadsFile;

/** The sections on heads and layers: scores, prune path, coefficients. */
final class HeadViews {
    record ScoreCell(String value, boolean pruned) {}

    record ScoreRow(int layer, List<ScoreCell> cells) {}

    /**
     * @param scorer its name; empty for the variance of CLS attention
     * @param chartHeight in CSS pixels
     * @param validationAccuracy empty if unknown
     */
    record ScoresView(
            List<Integer> headNumbers,
            List<ScoreRow> rows,
            long texts,
            String scorer,
            String validationAccuracy,
            int chartHeight,
            boolean anyPruned) {}

    record StepRow(int number, String move, int pruned, String accuracy, String againstThreshold) {}

    /**
     * @param policy empty for the search in groups
     * @param rule what another policy does
     */
    record PruneView(
            String threshold, String outcome, String policy, String rule, List<LayerHeads> heads, List<StepRow> steps) {
        boolean hasHeads() {
            return !heads.isEmpty();
        }
    }

    record LayerHeads(int layer, String heads) {}

    record LayerRow(int layer, String variance, String coefficient, String pruned) {}

    record LayersView(String lambda, List<LayerRow> rows) {}

    private HeadViews() {}

    static ScoresView scores(HeadScoresFile file, ReportModel model) {
        HeadScores measured = file.measured();
        double[][] scores = file.ordering();
        Set<Head> pruned = new HashSet<>(model.pruned());
        List<ScoreRow> rows = new ArrayList<>();
        for (int layer = 0; layer < measured.layers(); layer++) {
            List<ScoreCell> cells = new ArrayList<>();
            for (int head = 0; head < measured.heads(); head++) {
                Head place = new Head(layer, head);
                cells.add(new ScoreCell(NumberText.scientific(scores[layer][head]), pruned.contains(place)));
            }
            rows.add(new ScoreRow(layer, cells));
        }
        return new ScoresView(
                IntStream.range(0, measured.heads()).boxed().toList(),
                rows,
                measured.texts(),
                file.scorer() == null ? "" : file.scorer(),
                file.validationAccuracy() == null ? "" : NumberText.share(file.validationAccuracy()),
                130 + 26 * measured.layers(),
                !pruned.isEmpty());
    }

    static PruneView prune(PrunedHeadsFile path, ReportModel model) {
        List<StepRow> steps = new ArrayList<>();
        for (PruneStep step : path.steps()) {
            steps.add(new StepRow(
                    steps.size(),
                    move(path.steps(), steps.size()),
                    step.pruned(),
                    NumberText.share(step.accuracy()),
                    step.accuracy() < path.threshold() ? "below" : "at or above"));
        }
        List<LayerHeads> heads = path.byLayer().keySet().stream()
                .map(layer -> new LayerHeads(layer, headsOf(model.pruned(), layer)))
                .toList();
        return new PruneView(
                NumberText.share(path.threshold()),
                Comparison.headsPruned(model),
                model.otherPolicy().orElse(""),
                model.otherPolicy()
                        .map(policy -> rule(policy, NumberText.share(path.threshold()), model))
                        .orElse(""),
                heads,
                steps);
    }

    private static String rule(String policy, String threshold, ReportModel model) {
        String validation = "validation " + model.measure().words();
        return policy.equals("reinforce")
                ? "searches by a policy gradient. Of the measured sets of heads it prunes the one with the highest"
                        + " reward, " + validation + " less a price of the heads that are kept, among those at the"
                        + " threshold " + threshold + " or above."
                : "prunes a fixed share of the lowest-scored heads, without a search: " + validation
                        + " is measured before and after, and the threshold " + threshold + " decides nothing.";
    }

    private static String move(List<PruneStep> steps, int number) {
        PruneStep step = steps.get(number);
        if (number == 0) {
            return step.pruned() == 0 ? "no head pruned yet" : "pruned " + NumberText.count(step.pruned(), "head");
        }
        int change = step.pruned() - steps.get(number - 1).pruned();
        return step.gaveBack()
                ? "gave back " + NumberText.count(-change, "head")
                : "pruned " + NumberText.count(change, "more head");
    }

    private static String headsOf(List<Head> heads, int layer) {
        List<String> numbers = heads.stream()
                .filter(head -> head.layer() == layer)
                .map(head -> Integer.toString(head.head()))
                .toList();
        return numbers.isEmpty() ? NumberText.MISSING : String.join(", ", numbers);
    }

    static LayersView layers(NormalizationFile known, ReportModel model) {
        List<LayerRow> rows = new ArrayList<>();
        for (int layer = 0; layer < known.coefficients().size(); layer++) {
            rows.add(new LayerRow(
                    layer,
                    NumberText.scientific(known.layerVariance().get(layer)),
                    NumberText.plain(known.coefficients().get(layer)),
                    headsOf(model.pruned(), layer)));
        }
        return new LayersView(Double.toString(known.lambda()), rows);
    }
}
