// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;
import org.purespark.InputException;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterSpec;

/**
 * A BERT encoder as PyTorch exports it to ONNX. Biases, embeddings and LayerNorms keep their names. The weight of a
 * linear layer has no name and is transposed to [in, out], but the node that multiplies by it has the name of the
 * layer: {@code /encoder/layer.0/attention/self/query/MatMul}.
 */
final class OnnxGraph {
    private static final String WORD_EMBEDDINGS = EncoderPart.WORD_EMBEDDINGS.weight();

    private final String source;
    private final Map<String, TensorProto> initializers = new HashMap<>();
    private final Map<String, NodeProto> nodesByName = new HashMap<>();
    private final Map<String, NodeProto> nodesByOutput = new HashMap<>();
    private final List<NodeProto> nodes;
    private final String prefix;

    private OnnxGraph(String source, ModelProto model) {
        this.source = source;
        this.nodes = model.getGraph().getNodeList();
        model.getGraph().getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        for (NodeProto node : nodes) {
            nodesByName.put(node.getName(), node);
            node.getOutputList().forEach(output -> nodesByOutput.put(output, node));
        }
        refuseOtherGraphs();
        this.prefix = initializers.keySet().stream()
                .filter(name -> name.endsWith(WORD_EMBEDDINGS))
                .map(name -> name.substring(0, name.length() - WORD_EMBEDDINGS.length()))
                .findFirst()
                .orElseThrow(() -> new InputException("cannot convert " + source + ": it has no " + WORD_EMBEDDINGS
                        + "; expected a BERT encoder that PyTorch exported with its names"));
    }

    /**
     * @param source a name for messages
     * @throws InputException if the stream is not an ONNX model, or not an unquantized BERT encoder
     */
    static OnnxGraph parse(String source, InputStream onnx) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(onnx);
        in.setSizeLimit(Integer.MAX_VALUE);
        ModelProto model;
        try {
            model = ModelProto.parseFrom(in);
        } catch (InvalidProtocolBufferException | IllegalStateException e) {
            // the library refuses some sizes beyond 2^31 by an IllegalStateException
            throw new InputException(
                    "cannot convert " + source + ": it is not a whole ONNX model: " + e.getMessage(), e);
        }
        return new OnnxGraph(source, model);
    }

    /** Shape of a tensor that keeps its name. */
    int[] shape(String canonical) {
        TensorProto tensor = initializers.get(prefix + canonical);
        if (tensor == null) {
            throw missing(canonical);
        }
        return shape(tensor);
    }

    /** L. */
    int layers() {
        int layers = 0;
        while (initializers.containsKey(prefix + EncoderPart.QUERY.bias(layers))) {
            layers++;
        }
        return layers;
    }

    /** A, if the graph has constant numbers for splitting the query, key or value into heads. */
    OptionalInt heads(int hidden) {
        String query = EncoderPart.QUERY.path(0);
        String attention = nodeName(query.substring(0, query.lastIndexOf('.'))) + "/";
        for (NodeProto node : nodes) {
            if (!node.getOpType().equals("Reshape") || !node.getName().startsWith(attention)) {
                continue;
            }
            double[] lastTwo = lastTwo(node.getInput(1));
            if (lastTwo.length == 2 && lastTwo[0] > 0 && lastTwo[0] * lastTwo[1] == hidden) {
                return OptionalInt.of((int) lastTwo[0]);
            }
        }
        return OptionalInt.empty();
    }

    /** LayerNorm's addition to the variance, if the graph shows it. */
    OptionalDouble layerNormEpsilon() {
        String layerNorm = nodeName(EncoderPart.EMBEDDING_NORM.path()) + "/";
        for (NodeProto node : nodes) {
            if (!node.getName().startsWith(layerNorm)) {
                continue;
            }
            if (node.getOpType().equals("LayerNormalization")) {
                return node.getAttributeList().stream()
                        .filter(attribute -> attribute.getName().equals("epsilon"))
                        .mapToDouble(attribute -> decimal(attribute.getF()))
                        .findFirst();
            }
            if (node.getOpType().equals("Add")) {
                for (String input : node.getInputList()) {
                    double[] constant = constant(input);
                    if (constant.length == 1) {
                        return OptionalDouble.of(decimal((float) constant[0]));
                    }
                }
            }
        }
        return OptionalDouble.empty();
    }

    /** A tensor by the project's name; linear weights are transposed to [out, in]. */
    Tensor tensor(ParameterSpec parameter) {
        String canonical = parameter.name();
        TensorProto named = initializers.get(prefix + canonical);
        if (named != null) {
            return decode(named, canonical);
        }
        if (parameter.role() != ParameterSpec.Role.MATRIX) {
            throw missing(canonical);
        }
        NodeProto product = nodesByName.get(nodeName(parameter.path()) + "/MatMul");
        TensorProto weight =
                product == null || product.getInputCount() < 2 ? null : initializers.get(product.getInput(1));
        if (weight == null || weight.getDimsCount() != 2) {
            throw missing(canonical);
        }
        return decode(weight, canonical).transposed();
    }

    private void refuseOtherGraphs() {
        Set<String> quantized =
                Set.of("MatMulInteger", "DynamicQuantizeLinear", "DequantizeLinear", "QLinearMatMul", "QAttention");
        for (NodeProto node : nodes) {
            if (quantized.contains(node.getOpType())) {
                throw new InputException("cannot convert " + source + ": it is quantized (node " + node.getName()
                        + "); take the artifact without quantization");
            }
        }
        boolean gelu = nodes.stream().anyMatch(node -> node.getOpType().equals("Erf"));
        if (!gelu) {
            throw new InputException(
                    "cannot convert " + source + ": its activation is not gelu by erf, the only one that is computed");
        }
    }

    /** The last two entries of a shape that is a constant, or that ends with concatenated constants. */
    private double[] lastTwo(String value) {
        double[] whole = constant(value);
        if (whole.length == 4) {
            return Arrays.copyOfRange(whole, 2, 4);
        }
        NodeProto concat = nodesByOutput.get(value);
        if (concat == null || !concat.getOpType().equals("Concat") || concat.getInputCount() != 4) {
            return new double[0];
        }
        double[] heads = constant(concat.getInput(2));
        double[] size = constant(concat.getInput(3));
        return heads.length == 1 && size.length == 1 ? new double[] {heads[0], size[0]} : new double[0];
    }

    /** The entries of a constant; empty if the value is computed. */
    private double[] constant(String value) {
        Optional<TensorProto> found = constantTensor(value);
        if (found.isEmpty()) {
            return new double[0];
        }
        TensorProto tensor = found.get();
        if (tensor.getDataType() == TensorProto.DataType.INT64_VALUE) {
            ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            return raw.hasRemaining()
                    ? longs(raw)
                    : tensor.getInt64DataList().stream()
                            .mapToDouble(Long::doubleValue)
                            .toArray();
        }
        if (elementType(tensor).isEmpty()) {
            return new double[0];
        }
        float[] values = decode(tensor, value).values();
        double[] wide = new double[values.length];
        Arrays.setAll(wide, i -> values[i]);
        return wide;
    }

    private Optional<TensorProto> constantTensor(String value) {
        if (initializers.containsKey(value)) {
            return Optional.of(initializers.get(value));
        }
        NodeProto node = nodesByOutput.get(value);
        if (node == null || !node.getOpType().equals("Constant")) {
            return Optional.empty();
        }
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("value"))
                .map(AttributeProto::getT)
                .findFirst();
    }

    private static double[] longs(ByteBuffer raw) {
        double[] values = new double[raw.remaining() / Long.BYTES];
        Arrays.setAll(values, i -> raw.getLong(i * Long.BYTES));
        return values;
    }

    private Tensor decode(TensorProto tensor, String canonical) {
        ElementType type = elementType(tensor)
                .orElseThrow(() -> new InputException("cannot convert " + source + ": tensor " + canonical + " ("
                        + tensor.getName() + ") has elements of ONNX type " + tensor.getDataType()
                        + ", expected float32, float16 or bfloat16"));
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            throw new InputException("cannot convert " + source + ": tensor " + canonical
                    + " lies in another file; export the model into one file");
        }
        Tensor decoded = Tensor.zeros(shape(tensor));
        float[] values = decoded.values();
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        boolean listed = !raw.hasRemaining() && tensor.getFloatDataCount() == values.length;
        if (!listed && raw.remaining() != (long) values.length * type.bytes()) {
            throw new InputException("cannot convert " + source + ": tensor " + canonical + " (" + tensor.getName()
                    + ") has " + raw.remaining() + " bytes, its shape " + Arrays.toString(decoded.shape())
                    + " asks for " + (long) values.length * type.bytes());
        }
        if (listed) {
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatData(i);
            }
        } else {
            type.decode(raw, values, 0, values.length);
        }
        return decoded;
    }

    private static Optional<ElementType> elementType(TensorProto tensor) {
        return switch (tensor.getDataType()) {
            case TensorProto.DataType.FLOAT_VALUE -> Optional.of(ElementType.F32);
            case TensorProto.DataType.FLOAT16_VALUE -> Optional.of(ElementType.F16);
            case TensorProto.DataType.BFLOAT16_VALUE -> Optional.of(ElementType.BF16);
            case TensorProto.DataType.DOUBLE_VALUE -> Optional.of(ElementType.F64);
            default -> Optional.empty();
        };
    }

    private int[] shape(TensorProto tensor) {
        long count = 1;
        for (long dimension : tensor.getDimsList()) {
            count = dimension < 0 || dimension > Integer.MAX_VALUE ? Long.MAX_VALUE : count * dimension;
            if (count > Integer.MAX_VALUE) {
                throw new InputException("cannot convert " + source + ": tensor " + tensor.getName() + " has the shape "
                        + tensor.getDimsList());
            }
        }
        return tensor.getDimsList().stream().mapToInt(Long::intValue).toArray();
    }

    /** {@code encoder.layer.0.output} is called {@code /encoder/layer.0/output}: modules in a list keep their dot. */
    private String nodeName(String module) {
        return "/" + (prefix + module).replace('.', '/').replaceAll("/([0-9]+)(/|$)", ".$1$2");
    }

    /** The short decimal that is rounded to this float: 1e-12 for 9.999999960041972e-13. */
    private static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }

    private InputException missing(String canonical) {
        return new InputException("cannot convert " + source + ": tensor " + canonical
                + " is not in it, neither by name nor by the name of its MatMul node; expected a BERT encoder that"
                + " PyTorch exported with its names");
    }
}
