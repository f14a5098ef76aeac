// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.Attention;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterSpec;
import org.purespark.encoder.Sizes;

/**
 * MPNet (Song and others, 2020): distances of tokens add to the scores of attention, and there are no token types.
 * transformers fixes in its code that positions start at 2 and that distances have 32 buckets, whatever the
 * configuration says; it has no key for the classifier's dropout.
 */
public final class Mpnet extends BertKeys {
    private static final int FIRST_POSITION = 2;
    private static final String BUCKETS = "relative_attention_num_buckets";

    private static final Map<EncoderPart, String> LAYER_NAMES = Map.of(
            EncoderPart.QUERY, "attention.attn.q",
            EncoderPart.KEY, "attention.attn.k",
            EncoderPart.VALUE, "attention.attn.v",
            EncoderPart.ATTENTION_OUTPUT, "attention.attn.o",
            EncoderPart.ATTENTION_NORM, "attention.LayerNorm");

    public Mpnet() {
        super(new Absent(30527, 768, 12, 3072, 1));
    }

    @Override
    public String modelType() {
        return "mpnet";
    }

    @Override
    public String className(String suffix) {
        return "MPNet" + suffix;
    }

    @Override
    public String prefix() {
        return "mpnet.";
    }

    @Override
    int positionOffset(int padTokenId) {
        return FIRST_POSITION;
    }

    @Override
    int tokenTypes(ConfigKeys keys) {
        return 0;
    }

    @Override
    Architecture architecture(ConfigKeys keys, Architecture bert) {
        keys.requireAbsolutePositions();
        int least = Attention.DistanceBuckets.BUCKETS;
        return bert.with(new Attention.DistanceBuckets(keys.atLeast(least, BUCKETS, least, Sizes.MOST_ROWS)));
    }

    @Override
    double classifierDropout(ConfigKeys keys, double hiddenDropout) {
        return keys.isSequenceClassifier() ? hiddenDropout : ConfigKeys.LINEAR_CLASSIFIER_DROPOUT;
    }

    @Override
    public void write(EncoderConfig encoder, ObjectNode raw) {
        super.write(encoder, raw);
        if (encoder.architecture().attention() instanceof Attention.DistanceBuckets buckets) {
            raw.put(BUCKETS, buckets.rows());
        }
    }

    @Override
    public void writeClassifierDropout(ClassifierKind kind, double rate, ObjectNode raw) {
        // There is no key.
    }

    @Override
    public SequenceHead sequenceHead() {
        ClassifierKind kind = ClassifierKind.dense(Activation.TANH, ClassifierKind.Input.WITH_DROPOUT);
        return new SequenceHead(kind, "classifier.dense", "classifier.out_proj");
    }

    @Override
    public String tensorName(ParameterSpec parameter) {
        String part = LAYER_NAMES.get(parameter.part());
        return part == null
                ? parameter.name()
                : "encoder.layer." + parameter.layer() + "." + part
                        + parameter.role().suffix();
    }

    /** With heads cut out, transformers 4.x would add scores of all heads to those of the others, and fail. */
    @Override
    public Set<ExportForm> exportForms() {
        return EnumSet.of(ExportForm.DENSE);
    }

    @Override
    public boolean modelAddsPooler() {
        return true;
    }
}
