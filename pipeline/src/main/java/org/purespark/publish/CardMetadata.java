// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.purespark.InputException;
import org.purespark.run.artifact.MetricsFile;

/**
 * Figures in the metadata of a model's card, as {@code model-index} of the Hugging Face Hub has them: YAML between two
 * lines of three hyphens at the start of {@code README.md}.
 */
final class CardMetadata {
    private static final String FENCE = "---";
    private static final String KEY = "model-index:";

    private CardMetadata() {}

    /** The card without figures in its metadata. */
    static String without(String card) {
        return join(card, List.of());
    }

    /**
     * The card with the figures of a run's purified model; older ones are replaced.
     *
     * @param name of the model
     */
    static String with(String card, String name, MetricsFile metrics) {
        List<String> lines = new ArrayList<>();
        lines.add(KEY);
        lines.add("- name: " + quoted(name));
        lines.add("  results:");
        for (Figure.Texts texts : Figure.Texts.values()) {
            List<Figure> figures = MeasuredModel.purified(metrics).stream()
                    .filter(figure -> figure.texts() == texts)
                    .toList();
            if (!figures.isEmpty()) {
                lines.add("  - task:");
                lines.add("      type: text-classification");
                lines.add("    dataset:");
                lines.add("      name: " + quoted(texts.words()));
                lines.add("      type: " + texts.name().toLowerCase(Locale.ROOT) + "-texts");
                lines.add("    metrics:");
                figures.forEach(figure -> metric(figure, lines));
            }
        }
        return join(card, lines);
    }

    private static void metric(Figure figure, List<String> lines) {
        lines.add("    - type: " + figure.type());
        lines.add("      name: " + quoted(figure.words()));
        lines.add("      value: " + Decimals.text(figure.value()));
    }

    /** A text that YAML reads back, whatever it holds: JSON's texts are YAML's. */
    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    private static String join(String card, List<String> figures) {
        List<String> lines = card.lines().toList();
        int end = lines.isEmpty() || !lines.get(0).equals(FENCE)
                ? -1
                : lines.subList(1, lines.size()).indexOf(FENCE) + 1;
        if (end < 1) {
            if (figures.isEmpty()) {
                return card;
            }
            throw new InputException("README.md of the purified model does not start with metadata between two lines"
                    + " of ---, so figures cannot be put there: restore it, or set export.card to plain");
        }
        List<String> joined = new ArrayList<>();
        boolean skips = false;
        for (String line : lines.subList(0, end)) {
            boolean continues = line.startsWith(" ") || line.startsWith("-") && !line.equals(FENCE);
            skips = line.equals(KEY) || skips && continues;
            if (!skips) {
                joined.add(line);
            }
        }
        joined.addAll(figures);
        joined.addAll(lines.subList(end, lines.size()));
        return String.join("\n", joined) + "\n";
    }
}
