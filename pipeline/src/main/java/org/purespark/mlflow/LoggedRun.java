// SPDX-License-Identifier: Apache-2.0
package org.purespark.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.report.ReportFile;
import org.purespark.run.RunRecord;
import org.purespark.run.artifact.MetricsFile.Figures;

/**
 * What MLflow is told of a run.
 *
 * @param params settings and addresses of inputs
 * @param metrics figures by name
 * @param tags verdicts and version
 */
record LoggedRun(SortedMap<String, String> params, SortedMap<String, Double> metrics, SortedMap<String, String> tags) {
    /** What a call of log-batch takes. */
    private static final int MOST_PARAMS = 100;

    private static final int LONGEST_PARAM = 6000;
    private static final int LONGEST_TAG = 5000;

    LoggedRun {
        params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }

    static LoggedRun of(RunRecord run, ReportFile report) {
        SortedMap<String, String> params = new TreeMap<>();
        run.usedSettings().forEach((key, value) -> params.put(key, cut(text(value), LONGEST_PARAM)));
        run.inputs().forEach((name, input) -> params.put("input." + name, cut(input.address(), LONGEST_PARAM)));
        SortedMap<String, Double> metrics = new TreeMap<>();
        figures("suspect", report.suspect(), metrics);
        figures("baseline", report.baseline(), metrics);
        figures("purified", report.purified(), metrics);
        if (report.heads() != null) {
            metrics.put("heads_pruned", (double) report.heads().pruned());
        }
        if (report.probes() != null) {
            metrics.put(
                    "probes_that_stand_out", (double) report.probes().standOut().size());
        }
        report.seconds().forEach((stage, seconds) -> metrics.put("seconds." + stage, seconds));
        return new LoggedRun(params, metrics, tags(report));
    }

    /** Verdicts, for the run and for the version of a model. */
    private static SortedMap<String, String> tags(ReportFile report) {
        SortedMap<String, String> tags = new TreeMap<>();
        tags.put("pure.measure", report.measure().text());
        if (report.verdict() != null) {
            tags.put("pure.repair", report.verdict().repair().text());
            tags.put("pure.repair-in-words", cut(report.verdict().repairInWords(), LONGEST_TAG));
            tags.put("pure.attack", report.verdict().attack().text());
            tags.put("pure.attack-in-words", cut(report.verdict().attackInWords(), LONGEST_TAG));
        }
        if (report.examination() != null) {
            tags.put("pure.vet", report.examination().verdict());
        }
        if (report.versions() != null && report.versions().project() != null) {
            tags.put("pure.version", report.versions().project());
        }
        return tags;
    }

    private static void figures(String model, Figures figures, Map<String, Double> metrics) {
        put(model + ".accuracy", figures.accuracy(), metrics);
        put(model + ".label_flip_rate", figures.labelFlipRate(), metrics);
        put(model + ".untriggered_flip_rate", figures.untriggeredFlipRate(), metrics);
    }

    private static void put(String name, Double value, Map<String, Double> metrics) {
        if (value != null) {
            metrics.put(name, value);
        }
    }

    /** In parts that one call takes. */
    List<Map<String, String>> paramParts() {
        List<Map<String, String>> parts = new ArrayList<>();
        for (Map.Entry<String, String> param : params.entrySet()) {
            if (parts.isEmpty() || parts.get(parts.size() - 1).size() == MOST_PARAMS) {
                parts.add(new TreeMap<>());
            }
            parts.get(parts.size() - 1).put(param.getKey(), param.getValue());
        }
        return parts;
    }

    static void keysAndValues(Map<String, String> pairs, ArrayNode list) {
        pairs.forEach((key, value) -> list.addObject().put("key", key).put("value", value));
    }

    private static String text(JsonNode value) {
        return value.isNull() ? "null" : value.asText();
    }

    private static String cut(String text, int most) {
        return text.substring(0, Math.min(most, text.length()));
    }
}
