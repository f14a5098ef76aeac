package org.purespark.checkpoint;

import java.util.List;

/** What stands between the last hidden state of {@code [CLS]} and the last projection to the classes. */
public enum ClassifierKind {
    /** Nothing: dropout, then one linear layer. Every model that is not a sequence classifier. */
    LINEAR,
    /** BERT's pooler: dense, tanh, dropout. */
    BERT_POOLER,
    /** Dropout, dense, tanh, dropout. */
    ROBERTA_DENSE,
    /** Dense ({@code pre_classifier}), ReLU, dropout. */
    DISTILBERT_DENSE,
    /** Dropout, dense, gelu, dropout. */
    ELECTRA_DENSE;

    static final String SEQUENCE_CLASSIFICATION = "ForSequenceClassification";
    static final String TOKEN_CLASSIFICATION = "ForTokenClassification";

    /** Decided by what the configuration declares, never by which tensors happen to be there. */
    static ClassifierKind of(Family family, List<String> architectures) {
        if (architectures.stream().noneMatch(name -> name.endsWith(SEQUENCE_CLASSIFICATION))) {
            return LINEAR;
        }
        return switch (family) {
            case BERT -> BERT_POOLER;
            case ROBERTA -> ROBERTA_DENSE;
            case DISTILBERT -> DISTILBERT_DENSE;
            case ELECTRA -> ELECTRA_DENSE;
        };
    }

    /** Whether an inner dense layer ({@code classifier.dense}) precedes the last projection. */
    public boolean hasDense() {
        return this != LINEAR;
    }
}
