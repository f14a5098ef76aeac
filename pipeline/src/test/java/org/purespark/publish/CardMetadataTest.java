// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.run.artifact.MetricsFile;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class CardMetadataTest {
    private static final String CARD =
            "---\nlibrary_name: transformers\npipeline_tag: text-classification\n---\n\n# Title\n"
                    + "\n---\nmodel-index:\n  text of a person\n";

    @Test
    void figuresAreMetadataThatYamlReadsBack() {
        String card = CardMetadata.with(CARD, "purified", FixedMetrics.with("positive: \"good\"\n# no comment"));
        assertThat(card)
                .startsWith(CARD.substring(0, CARD.indexOf("---\n\n")) + "model-index:\n- name: \"purified\"\n");
        assertThat(card).endsWith("\n# Title\n\n---\nmodel-index:\n  text of a person\n");
        assertThat(metadata(card))
                .containsEntry("library_name", "transformers")
                .containsEntry("pipeline_tag", "text-classification")
                .containsEntry(
                        "model-index",
                        List.of(Map.of(
                                "name",
                                "purified",
                                "results",
                                List.of(
                                        result(
                                                "clean",
                                                metric("accuracy", "accuracy", 0.75),
                                                metric(
                                                        "label-flip-rate-without-trigger",
                                                        "label-flip rate to positive: \"good\"\n# no comment without"
                                                                + " trigger",
                                                        0.2)),
                                        result(
                                                "triggered",
                                                metric(
                                                        "label-flip-rate",
                                                        "label-flip rate to positive: \"good\"\n# no comment",
                                                        0.0))))));
    }

    @Test
    void olderFiguresAreReplacedAndTakenBack() {
        String first = CardMetadata.with(CARD, "purified", FixedMetrics.with("one"));
        String second = CardMetadata.with(first, "purified", FixedMetrics.with("two"));
        assertThat(second).isEqualTo(CardMetadata.with(CARD, "purified", FixedMetrics.with("two")));
        assertThat(CardMetadata.without(second)).isEqualTo(CARD);
    }

    @Test
    void otherMetadataOfAPersonStays() {
        String card = "---\nmodel-index:\n- name: old\n  results: []\nlicense: mit\ntags:\n- text\n---\n";
        assertThat(CardMetadata.without(card)).isEqualTo("---\nlicense: mit\ntags:\n- text\n---\n");
    }

    @Test
    void aCardWithoutMetadataStaysAsItIsOrIsRefused() {
        assertThat(CardMetadata.without("# Mine\nmodel-index:\n")).isEqualTo("# Mine\nmodel-index:\n");
        assertThatThrownBy(() -> CardMetadata.with("# Mine\n", "purified", FixedMetrics.with("one")))
                .isInstanceOf(InputException.class)
                .hasMessage("README.md of the purified model does not start with metadata between two lines of ---, so"
                        + " figures cannot be put there: restore it, or set export.card to plain");
    }

    @Test
    void withoutTriggeredTextsThereIsOneResult() {
        MetricsFile metrics = FixedMetrics.withoutTrigger();
        assertThat(metadata(CardMetadata.with(CARD, "purified", metrics)))
                .containsEntry(
                        "model-index",
                        List.of(Map.of(
                                "name",
                                "purified",
                                "results",
                                List.of(result("clean", metric("accuracy", "accuracy", 0.75))))));
    }

    private static Map<String, Object> metric(String type, String name, double value) {
        return Map.of("type", type, "name", name, "value", value);
    }

    @SafeVarargs
    private static Map<String, Object> result(String texts, Map<String, Object>... metrics) {
        return Map.of(
                "task",
                Map.of("type", "text-classification"),
                "dataset",
                Map.of("name", texts + " test texts", "type", texts + "-texts"),
                "metrics",
                List.of(metrics));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> metadata(String card) {
        String yaml = card.substring(4, card.indexOf("\n---\n"));
        return (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(yaml);
    }
}
