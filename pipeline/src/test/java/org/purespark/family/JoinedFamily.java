// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumSet;
import java.util.Set;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterSpec;

/** BERT as a family would save it that keeps q, k and v of a layer in one matrix, and has the dense form alone. */
public final class JoinedFamily implements Family {
    private final Family bert = new Bert();

    @Override
    public String modelType() {
        return "joined";
    }

    @Override
    public String className(String suffix) {
        return "Joined" + suffix;
    }

    @Override
    public String prefix() {
        return "model.";
    }

    @Override
    public EncoderConfig read(ConfigKeys keys) {
        return bert.read(keys);
    }

    @Override
    public void write(EncoderConfig encoder, ObjectNode raw) {
        bert.write(encoder, raw);
    }

    @Override
    public void writeClassifierDropout(ClassifierKind kind, double rate, ObjectNode raw) {
        bert.writeClassifierDropout(kind, rate, raw);
    }

    @Override
    public SequenceHead sequenceHead() {
        return bert.sequenceHead();
    }

    @Override
    public String tensorName(ParameterSpec parameter) {
        return switch (parameter.part()) {
            case QUERY, KEY, VALUE -> "layers." + parameter.layer() + ".Wqkv"
                    + parameter.role().suffix();
            default -> parameter.name();
        };
    }

    @Override
    public Set<ExportForm> exportForms() {
        return EnumSet.of(ExportForm.DENSE);
    }

    @Override
    public boolean modelAddsPooler() {
        return false;
    }
}
