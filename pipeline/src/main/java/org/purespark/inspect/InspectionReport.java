// SPDX-License-Identifier: Apache-2.0
package org.purespark.inspect;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What a model's directory is, and whether it would be purified. As JSON it follows
 * {@code docs/inspect.schema.json}.
 *
 * @param schema {@link #SCHEMA}
 * @param model its address
 * @param verdict whether a run would read it
 * @param findings what is wrong or odd, refusals first
 * @param architecture null if {@code config.json} is refused
 * @param adapter what is merged into the base model's weights; null for a whole model
 * @param weights what the weights' files hold
 * @param tokenizer null if it is refused
 * @param pickles each file of the directory that holds pickles, used or not
 * @param files each file of the directory
 */
public record InspectionReport(
        int schema,
        String model,
        Verdict verdict,
        List<Finding> findings,
        ArchitectureFacts architecture,
        AdapterFacts adapter,
        WeightFacts weights,
        TokenizerFacts tokenizer,
        List<PickleFacts> pickles,
        List<FileFacts> files) {
    public static final int SCHEMA = 1;

    /** Whether a run would read the model. */
    public enum Verdict {
        @JsonProperty("accepted")
        ACCEPTED,
        @JsonProperty("refused")
        REFUSED
    }

    /** How much a finding weighs. */
    public enum Severity {
        /** A run refuses the model. */
        @JsonProperty("refusal")
        REFUSAL,
        /** A run reads the model; a person should know. */
        @JsonProperty("warning")
        WARNING
    }

    /** One thing that is wrong or odd. */
    public record Finding(Severity severity, String message) {}

    /**
     * Sizes by {@code config.json}.
     *
     * @param family its model_type
     * @param modelClass of transformers, which computes the same
     * @param labels of the classes, by id; empty without classifier
     * @param task what the classifier answers, as in problem_type; null without classifier
     * @param prunedHeads number of heads that are declared pruned
     */
    public record ArchitectureFacts(
            String family,
            String modelClass,
            int layers,
            int heads,
            int hidden,
            int intermediate,
            int vocabulary,
            int positions,
            List<String> labels,
            String task,
            int prunedHeads) {}

    /**
     * A LoRA adapter.
     *
     * @param base address of its base model's directory
     * @param rank r, where no module has its own
     * @param alpha lora_alpha, where no module has its own
     * @param changed number of modules that it changes
     * @param whole number of tensors that it has in place of the base model's
     * @param baseFiles each file of the base model's directory
     */
    public record AdapterFacts(
            String base, int rank, double alpha, int changed, int whole, List<FileFacts> baseFiles) {}

    /**
     * The weights.
     *
     * @param files that hold them
     * @param parameters number of values that the model uses
     * @param tensors all of them, in the order of the files
     */
    public record WeightFacts(List<String> files, long parameters, List<TensorFacts> tensors) {}

    /**
     * A tensor.
     *
     * @param use used, merged, ignored or unexpected
     * @param nan number of values that are NaN; null where values are not looked at
     * @param infinite number of infinite values
     * @param smallest finite value
     * @param largest finite value
     * @param zeroRows rows of zeros
     * @param oddRows rows whose norm is far from the others'
     */
    public record TensorFacts(
            String file,
            String name,
            String type,
            List<Integer> shape,
            String use,
            Long nan,
            Long infinite,
            Float smallest,
            Float largest,
            Integer zeroRows,
            List<RowFacts> oddRows) {}

    /**
     * An odd row of a matrix.
     *
     * @param token whose embedding it is; null for other matrices
     * @param deviations of its norm from the median, in robust standard deviations
     */
    public record RowFacts(int row, String token, double norm, double medianNorm, double deviations) {}

    /**
     * The tokenizer.
     *
     * @param kind WordPiece, BPE, Unigram or WordLevel
     * @param tokens in the vocabulary, with added ones
     * @param largestId of a token
     * @param padId of the padding token
     * @param pairs how the texts {@code $A} and {@code $B} of a pair are put together, with {@code :1} after what has
     *     token type 1; null if pairs are refused
     */
    public record TokenizerFacts(String kind, int tokens, int largestId, int padId, String pairs) {}

    /**
     * A file with pickles.
     *
     * @param known names that plain weights import
     * @param others all other names
     * @param readable whether all of it could be walked through
     */
    public record PickleFacts(String file, List<String> known, List<String> others, boolean readable) {}

    /** A file. */
    public record FileFacts(String name, long bytes, String sha256) {}
}
