package org.purespark.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The encoder families that are read and written; all four compute the same graph once their tensors bear one name. */
public enum Family {
    BERT("bert", "Bert"),
    ROBERTA("roberta", "Roberta"),
    DISTILBERT("distilbert", "DistilBert"),
    ELECTRA("electra", "Electra");

    private final String modelType;
    private final String classStem;

    Family(String modelType, String classStem) {
        this.modelType = modelType;
        this.classStem = classStem;
    }

    /** The {@code model_type} of {@code config.json}. */
    public String modelType() {
        return modelType;
    }

    /** What precedes encoder tensors in checkpoints of models with a head: {@code "bert."}. */
    public String prefix() {
        return modelType + ".";
    }

    /** The class of transformers with that suffix: {@code BertForTokenClassification}. */
    public String className(String suffix) {
        return classStem + suffix;
    }

    static Optional<Family> ofModelType(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }

    static String knownModelTypes() {
        return Arrays.stream(values()).map(Family::modelType).collect(Collectors.joining(", "));
    }
}
