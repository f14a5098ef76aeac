// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.purespark.heads.Head;
import org.purespark.heads.HeadScores;
import org.purespark.prune.PruneStep;
import org.purespark.report.ReportModel.TrainingCurve;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.NormalizationFile;
import org.purespark.run.artifact.PrunedHeadsFile;
import org.purespark.run.event.Event;

/** The numbers that the report's charts are drawn from, as JSON that is safe inside a script element. */
final class ChartData {
    /** Most points of a curve: more points than a screen has columns only make the page large. */
    static final int MOST_POINTS = 600;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ChartData() {}

    static String of(ReportModel model) {
        ObjectNode data = NODES.objectNode().put("measure", model.measure().words());
        model.headScores().ifPresent(file -> data.set("heads", heads(file, model)));
        model.prunedHeads().ifPresent(path -> data.set("prune", prune(path)));
        model.normalization().ifPresent(known -> data.set("layers", layers(known)));
        ArrayNode training = data.putArray("training");
        model.training().forEach(curve -> training.add(training(curve)));
        return scriptSafe(data.toString());
    }

    /**
     * JSON without the characters that could end a script element or, in old script parsers, a line. In JSON they occur
     * only inside texts, where an escape means the same.
     */
    static String scriptSafe(String json) {
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    private static ObjectNode heads(HeadScoresFile file, ReportModel model) {
        HeadScores measured = file.measured();
        double[][] scores = file.ordering();
        Set<Head> pruned = new HashSet<>(model.pruned());
        ObjectNode heads = NODES.objectNode().put("layers", measured.layers()).put("heads", measured.heads());
        ArrayNode cells = heads.putArray("cells");
        for (int layer = 0; layer < measured.layers(); layer++) {
            for (int head = 0; head < measured.heads(); head++) {
                Head place = new Head(layer, head);
                cells.addArray().add(layer).add(head).add(scores[layer][head]).add(pruned.contains(place) ? 1 : 0);
            }
        }
        return heads;
    }

    private static ObjectNode prune(PrunedHeadsFile path) {
        ObjectNode prune = NODES.objectNode().put("threshold", path.threshold());
        ArrayNode steps = prune.putArray("steps");
        for (PruneStep step : path.steps()) {
            steps.addArray().add(step.pruned()).add(step.accuracy()).add(step.gaveBack() ? 1 : 0);
        }
        return prune.put("kept", path.heads().size());
    }

    private static ObjectNode layers(NormalizationFile known) {
        ObjectNode layers = NODES.objectNode();
        ArrayNode variance = layers.putArray("variance");
        known.layerVariance().forEach(variance::add);
        ArrayNode coefficients = layers.putArray("coefficients");
        known.coefficients().forEach(coefficients::add);
        return layers;
    }

    private static ObjectNode training(TrainingCurve curve) {
        ObjectNode training = NODES.objectNode().put("stage", curve.stage().text());
        for (TrainingQuantity quantity : TrainingQuantity.values()) {
            training.set(quantity.key(), points(curve, quantity.figure()));
        }
        return training;
    }

    /** Number of steps for one point of the curve. */
    static int stepsPerPoint(TrainingCurve curve) {
        return Math.max(1, (curve.steps().size() + MOST_POINTS - 1) / MOST_POINTS);
    }

    /**
     * Pairs of step and value, each the mean over {@link #stepsPerPoint} steps; null where one of them is not finite.
     */
    private static ArrayNode points(TrainingCurve curve, ToDoubleFunction<Event.StepLoss> figure) {
        int width = stepsPerPoint(curve);
        List<Event.StepLoss> steps = curve.steps();
        ArrayNode points = NODES.arrayNode();
        for (int from = 0; from < steps.size(); from += width) {
            List<Event.StepLoss> bin = steps.subList(from, Math.min(from + width, steps.size()));
            double mean = bin.stream().mapToDouble(figure).average().orElseThrow();
            ArrayNode point = points.addArray().add(bin.get(bin.size() - 1).step());
            if (Double.isFinite(mean)) {
                point.add(mean);
            } else {
                point.addNull();
            }
        }
        return points;
    }
}
