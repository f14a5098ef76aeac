package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumSet;
import java.util.Set;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterSpec;

/**
 * How one family of Hugging Face models says on disk what an encoder is: keys of {@code config.json}, names of tensors,
 * classes of transformers. What the encoder computes is said by the {@link EncoderConfig} that it reads. Families are
 * stateless; {@link Families} lists them.
 */
public interface Family {
    /** The {@code model_type} of {@code config.json}. */
    String modelType();

    /** The class of transformers with that suffix: {@code BertForTokenClassification}. */
    String className(String suffix);

    /** What precedes encoder tensors in checkpoints of models with a head: {@code "bert."}. */
    String prefix();

    /**
     * Reads what {@code config.json} says of the encoder. A key that is absent takes the default that transformers has for
     * the family.
     *
     * @throws org.purespark.InputException where a value has not its type or range, or asks for what is not computed
     */
    EncoderConfig read(ConfigKeys keys);

    /** States every constant of the encoder in a {@code config.json}, so that nothing hangs on a default. */
    void write(EncoderConfig encoder, ObjectNode raw);

    /** States the dropout before the last projection, where the family has a key for it. */
    void writeClassifierDropout(ClassifierKind kind, double rate, ObjectNode raw);

    /** What a sequence classifier of the family has on its encoder. */
    SequenceHead sequenceHead();

    /**
     * The name, without prefix, of the tensor on disk that holds an encoder's parameter. Several parameters may lie in one
     * tensor, one below the other: they have one name, and follow each other as in the encoder's list of parameters.
     */
    default String tensorName(ParameterSpec parameter) {
        return parameter.name();
    }

    /** The forms in which a model with pruned heads can be written. */
    default Set<ExportForm> exportForms() {
        return EnumSet.allOf(ExportForm.class);
    }

    /** Whether the family's {@code …Model} adds a pooler with random weights, unless it is told not to. */
    boolean modelAddsPooler();
}
