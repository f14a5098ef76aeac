// SPDX-License-Identifier: Apache-2.0
package org.purespark.predict;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;
import org.purespark.evaluate.BatchEvaluation;
import org.purespark.task.Logistic;
import org.purespark.task.LossKind;
import org.purespark.task.Task;
import org.purespark.task.TaskKind;
import org.purespark.text.LabelNames;

/**
 * Labels and predictions in the lines of a prediction.
 *
 * @param names of the C classes
 * @param labelThreshold least probability of one of many labels
 * @param scoreLoss whether a score is the logit or its logistic function
 */
record AnswerForm(TaskKind task, List<String> names, double labelThreshold, LossKind scoreLoss) {
    AnswerForm {
        names = List.copyOf(names);
    }

    /**
     * A label of the data: a text, with many labels a list of names, with a score a number; null if there is none.
     *
     * @param label as read
     * @param place of the row, for messages
     */
    JsonNode label(String label, String place) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (label == null) {
            return json.nullNode();
        }
        return switch (task) {
            case ONE_LABEL -> json.textNode(label);
            case MANY_LABELS -> list(List.copyOf(LabelNames.of(label, place)));
            case SCORE -> json.numberNode(new BigDecimal(label));
        };
    }

    /** The name of the class, a list of the names of the labels that are given, or the score. */
    JsonNode prediction(float[] logits) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (task) {
            case ONE_LABEL -> json.textNode(names.get(BatchEvaluation.prediction(logits)));
            case MANY_LABELS -> list(given(logits));
            case SCORE -> json.numberNode(
                    scoreLoss == LossKind.BINARY_CROSS_ENTROPY ? (float) Logistic.of(logits[0]) : logits[0]);
        };
    }

    private List<String> given(float[] logits) {
        Task.ManyLabels labels = new Task.ManyLabels(labelThreshold);
        return IntStream.range(0, logits.length)
                .filter(c -> labels.gives(logits[c]))
                .mapToObj(names::get)
                .toList();
    }

    private static ArrayNode list(List<String> names) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        names.forEach(list::add);
        return list;
    }
}
