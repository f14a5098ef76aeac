// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.purespark.encoder.Activation;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.EncoderGraph.Form;
import org.purespark.model.EncoderGraph.Parameter;
import org.purespark.model.EncoderGraph.Use;
import org.purespark.model.engine.ProductKernels;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.ProductKernels.OfHeads;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.engine.RowKernels.BiasFunction;
import org.purespark.model.engine.RowKernels.EntryFunction;
import org.purespark.model.ops.AddBias;
import org.purespark.model.ops.BiasActivation;
import org.purespark.model.ops.BiasGelu;
import org.purespark.model.ops.ElementWise;
import org.purespark.model.ops.FirstRows;
import org.purespark.model.ops.Linear;

/** What all parts of an encoder's graph are made with: its parameters, and products with them. */
final class GraphParts {
    private final SameDiff graph = SameDiff.create();
    private final EncoderConfig config;
    private final ParameterLayout layout;
    private final Use use;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    /** By layer. */
    private final TreeMap<Integer, SDVariable> contexts = new TreeMap<>();

    GraphParts(EncoderConfig config, ParameterLayout layout, Use use) {
        this.config = config;
        this.layout = layout;
        this.use = use;
    }

    SameDiff graph() {
        return graph;
    }

    EncoderConfig config() {
        return config;
    }

    /** The graph's parameters by its names for them. */
    Map<String, Parameter> parameters() {
        return parameters;
    }

    /**
     * The context of a layer's attention, x·W_Oᵀ [R, D]: what its heads give, side by side, W_O [D, D] their output
     * projection. Where a layer is computed in two ways, the first one counts.
     *
     * @param x [R, D]
     */
    SDVariable ofContext(int layer, SDVariable x, String weight) {
        contexts.putIfAbsent(layer, x);
        int d = config.hidden();
        return headLinear(x, weight, d, d, new OfHeads(OfHeads.Side.CONTEXTS, layer)); // [R, D]
    }

    /** Queries, keys and values of a layer's heads: x [N, D] → [N, 3D]. */
    SDVariable toHeads(int layer, SDVariable x) {
        // q, k, v are neighbours in the flat parameters: one matrix covers them.
        String weight = EncoderPart.QUERY.weight(config.parameterLayer(layer));
        int d = config.hidden();
        return headLinear(x, weight, 3 * d, d, new OfHeads(OfHeads.Side.QUERIES_KEYS_VALUES, layer));
    }

    private SDVariable headLinear(SDVariable x, String first, int out, int in, OfHeads heads) {
        return new Linear(graph, new ProductKernels.LinearInputs<>(x, weight(first, out, in)), form(), heads)
                .outputVariable();
    }

    private Weight form() {
        return switch (use) {
            case LEARNING -> Weight.OUT_IN;
            case READING -> Weight.IN_OUT;
        };
    }

    /** W [out, in] starting with parameter {@code first}, in the form that the graph multiplies with. */
    private SDVariable weight(String first, int out, int in) {
        return switch (use) {
            case LEARNING -> variable(first, out, in);
            case READING -> parameter(first, Form.TRANSPOSED_COPY, out, in);
        };
    }

    /** What the heads of each layer give so far, side by side, [N, D] or, of first tokens alone, [B, D]. */
    TreeMap<Integer, SDVariable> contexts() {
        return contexts;
    }

    /** x [R, in] → x·Wᵀ [R, out], W [out, in] starting with parameter {@code first}. */
    SDVariable linear(SDVariable x, String first, int out, int in) {
        return product(x, weight(first, out, in), form());
    }

    /** {@link #linear} without a copy of the matrix: for few rows. */
    SDVariable linearOnView(SDVariable x, String first, int out, int in) {
        return product(x, variable(first, out, in), Weight.OUT_IN);
    }

    private SDVariable product(SDVariable x, SDVariable weight, Weight form) {
        return new Linear(graph, new ProductKernels.LinearInputs<>(x, weight), form).outputVariable();
    }

    /** x [R, in] → x·Wᵀ + b [R, out]. */
    SDVariable affine(SDVariable x, String name, int out, int in) {
        return plusBias(linear(x, name + ".weight", out, in), name + ".bias", out); // [R, out]
    }

    /** x [R, W] → x + b, b [W] starting with parameter {@code first}. */
    SDVariable plusBias(SDVariable x, String first, int width) {
        return new AddBias(graph, new Biased<>(x, variable(first, width))).outputVariable();
    }

    /** h [R, F] without its bias → activation(h + bias) [R, F], the bias starting with parameter {@code bias}. */
    SDVariable activated(SDVariable h, String bias, int width, Activation activation) {
        Biased<SDVariable> biased = new Biased<>(h, variable(bias, width));
        return switch (activation) {
            case GELU -> new BiasGelu(graph, biased).activated();
            case GELU_BY_TANH -> new BiasActivation(graph, biased, BiasFunction.GELU_BY_TANH).activated();
            case SILU -> new BiasActivation(graph, biased, BiasFunction.SILU).activated();
            case TANH -> new BiasActivation(graph, biased, BiasFunction.TANH).activated();
            case RELU -> new BiasActivation(graph, biased, BiasFunction.RELU).activated();
        };
    }

    /** f(x) for each entry of x, of which no slopes are kept: for few rows. */
    SDVariable entryWise(SDVariable x, EntryFunction function) {
        return new ElementWise(graph, x, function).outputVariable();
    }

    /** The rows of first tokens: x [N, D] → [B, D]. */
    SDVariable firstRows(SDVariable x) {
        return new FirstRows(graph, x).outputVariable();
    }

    /** A trainable view of the flat parameters, of the given shape, that starts with parameter {@code first}. */
    SDVariable variable(String first, int... shape) {
        return parameter(first, Form.VIEW, shape);
    }

    private SDVariable parameter(String first, Form form, int... shape) {
        Parameter parameter = new Parameter(layout.slice(first).offset(), shape, form);
        String name = first + Arrays.toString(parameter.shapeInGraph());
        if (!graph.hasVariable(name)) {
            graph.placeHolder(name, DataType.FLOAT, parameter.shapeInGraph());
            parameters.put(name, parameter);
        }
        return graph.getVariable(name);
    }
}
