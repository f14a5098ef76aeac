// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.purespark.Shown;
import org.purespark.family.ExportForm;
import org.purespark.heads.Head;

/** Writes the text of the {@code README.md} of an exported model. */
final class ModelCardText {
    private final Checkpoint checkpoint;
    private final ExportForm form;
    private final ModelCard card;

    ModelCardText(Checkpoint checkpoint, ExportForm form, ModelCard card) {
        this.checkpoint = checkpoint;
        this.form = form;
        this.card = card;
    }

    String render() {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        text.add("---").add("library_name: transformers");
        if (checkpoint.hasClassifier()) {
            text.add("pipeline_tag: text-classification");
        }
        text.add("---")
                .add("")
                .add("# " + Shown.of(card.title()))
                .add("")
                .add(card.summary())
                .add("");
        if (!card.facts().isEmpty()) {
            text.add("| | |").add("|---|---|");
            card.facts()
                    .forEach((name, value) ->
                            text.add("| " + name + " | " + Shown.oneLine(value).replace("|", "\\|") + " |"));
            text.add("");
        }
        if (checkpoint.hasClassifier()) {
            String names = checkpoint.labels().stream().map(ModelCardText::code).collect(Collectors.joining(", "));
            text.add(
                    switch (checkpoint.task()) {
                        case ONE_LABEL -> "Classes, in id order: " + names + ".";
                        case MANY_LABELS -> "Labels, in id order; a text may have any of them: " + names + ".";
                        case SCORE -> "It gives one score for a text.";
                    });
            text.add("");
        }
        heads(text);
        checkpoint.family().notices(checkpoint.encoder()).forEach(notice -> text.add("**Beware:** " + notice + ".")
                .add(""));
        text.add("## Use").add("");
        usage(text);
        return text.toString();
    }

    /**
     * A text of a file as a code span, which it cannot leave: the span begins and ends with more backticks than the
     * text has in a row (CommonMark 6.1).
     */
    static String code(String text) {
        String shown = Shown.of(text);
        int longest = 0;
        int inARow = 0;
        for (int i = 0; i < shown.length(); i++) {
            inARow = shown.charAt(i) == '`' ? inARow + 1 : 0;
            longest = Math.max(longest, inARow);
        }
        if (longest == 0 && !shown.isBlank()) {
            return "`" + shown + "`";
        }
        String fence = "`".repeat(longest + 1);
        return fence + " " + shown + " " + fence;
    }

    private void heads(StringJoiner text) {
        if (checkpoint.prunedHeads().isEmpty()) {
            return;
        }
        String list = checkpoint.prunedHeads().stream().map(Head::toString).collect(Collectors.joining(", "));
        text.add("Pruned attention heads (layer.head, counted from 0): " + list + ".");
        text.add(
                form == ExportForm.DENSE
                        ? "Their query, key and value rows and their output columns are zero in weights of full"
                                + " shape.\n"
                                + "This computes the same as cutting them out and stays so under fine-tuning;\n"
                                + "`config.json` lists them under `" + DeclaredHeads.ZEROED_KEY + "`."
                        : "They are cut out of the weights and listed as `" + DeclaredHeads.CUT_KEY
                                + "` in `config.json`.\n\n"
                                + "**This form opens in transformers 4.x only** (`pip install \"transformers<5\"`):\n"
                                + "version 5 has dropped head pruning.");
        if (LayersApart.isNeeded(checkpoint)) {
            text.add("")
                    .add("In the suspect all layers have the same weights. Here each layer has a copy, since a head is"
                            + " pruned in single")
                    .add("layers: the model computes the same and is larger, and fine-tuning changes the copies"
                            + " apart.");
        }
        text.add("");
    }

    private void usage(StringJoiner text) {
        boolean sequence = checkpoint.classifierKind().hasDense();
        String model = !checkpoint.hasClassifier()
                ? "AutoModel"
                : sequence ? "AutoModelForSequenceClassification" : "AutoModelForTokenClassification";
        text.add("```python")
                .add("import torch")
                .add("from transformers import AutoTokenizer, " + model)
                .add("")
                .add("directory = \".\"  # where this file lies")
                .add("tokenizer = AutoTokenizer.from_pretrained(directory)")
                .add("model = " + model + ".from_pretrained(directory" + withoutPooler() + ").eval()")
                .add("batch = tokenizer(")
                .add("    " + examples() + ", truncation=True, max_length=" + card.maxTokens()
                        + ", padding=True, return_tensors=\"pt\"" + tokenTypes())
                .add(")")
                .add("with torch.no_grad():");
        if (!checkpoint.hasClassifier()) {
            text.add("    hidden = model(**batch).last_hidden_state").add("```");
            return;
        }
        text.add("    logits = model(**batch).logits" + (sequence ? "" : "[:, 0]"))
                .add(printed())
                .add("```");
        if (!sequence) {
            text.add("")
                    .add("**Do not open it with `AutoModelForSequenceClassification`**: this classifier is one"
                            + " linear layer")
                    .add("on the last hidden state of the first token, and that class would put layers with random"
                            + " weights")
                    .add("before it. As a token classifier, its logits at token 0 are the text's; the others mean"
                            + " nothing.");
        }
    }

    /** The line of Python that prints the answers; {@code logits} is [B, C]. */
    private String printed() {
        return switch (checkpoint.task()) {
            case ONE_LABEL -> "print([model.config.id2label[i] for i in logits.argmax(-1).tolist()])";
            case MANY_LABELS -> "print([[model.config.id2label[i] for i, p in enumerate(row) if p >= 0.5]"
                    + " for row in logits.sigmoid().tolist()])";
            case SCORE -> "print(logits[:, 0].tolist())";
        };
    }

    /** An encoder has no pooler here; without an option its class would add one with random weights. */
    private String withoutPooler() {
        boolean random = !checkpoint.hasClassifier() && checkpoint.family().modelAddsPooler();
        return random ? ", add_pooling_layer=False" : "";
    }

    private String examples() {
        return card.texts() == ModelCard.Texts.SINGLE
                ? "[\"a text\", \"another one\"]"
                : "[\"a text\", \"another one\"], [\"the text that goes with it\", \"that of the other\"]";
    }

    /**
     * DistilBERT has no token types; a tokenizer taken from BERT would make them. For pairs the versions of
     * transformers differ in what they do by themselves.
     */
    private String tokenTypes() {
        if (checkpoint.encoder().tokenTypes() == 0) {
            return ", return_token_type_ids=False";
        }
        return switch (card.texts()) {
            case SINGLE -> "";
            case PAIRS_WITH_TYPES -> ", return_token_type_ids=True";
            case PAIRS_WITHOUT_TYPES -> ", return_token_type_ids=False";
        };
    }
}
