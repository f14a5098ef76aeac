// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.purespark.family.DeclaredModel;
import org.purespark.family.ExportForm;
import org.purespark.family.Family;
import org.purespark.task.TaskKind;

/** The {@code config.json} of an exported checkpoint: the suspect's, without keys that are not true for it. */
final class ExportedConfig {
    /**
     * Keys about the file, about the program that wrote it, or about another head; other keys are written again below.
     */
    private static final List<String> OUTDATED = List.of(
            "_name_or_path",
            "_num_labels",
            "num_labels",
            "transformers_version",
            "finetuning_task",
            "auto_map",
            "problem_type",
            "dtype",
            "use_bfloat16");

    private ExportedConfig() {}

    static ObjectNode of(Checkpoint checkpoint, ExportForm form) {
        Family family = checkpoint.family();
        ObjectNode raw = checkpoint.rawConfig();
        raw.remove(OUTDATED);
        raw.put("model_type", family.modelType());
        raw.putArray("architectures")
                .add(DeclaredModel.className(
                        family,
                        checkpoint.classifierKind(),
                        checkpoint.hasClassifier()
                                ? DeclaredModel.Classifier.DECLARED
                                : DeclaredModel.Classifier.NONE));
        raw.put("torch_dtype", "float32");
        family.write(checkpoint.encoder(), raw);
        DeclaredHeads.write(raw, form, checkpoint.prunedHeads());
        if (checkpoint.hasClassifier()) {
            DeclaredLabels.write(raw, checkpoint.labels());
            family.writeClassifierDropout(
                    checkpoint.classifierKind(), checkpoint.encoder().classifierDropout(), raw);
            if (checkpoint.classifierKind().hasDense() || checkpoint.task() != TaskKind.ONE_LABEL) {
                raw.put("problem_type", checkpoint.task().problemType());
            }
        } else {
            raw.remove(List.of("id2label", "label2id"));
        }
        return raw;
    }
}
