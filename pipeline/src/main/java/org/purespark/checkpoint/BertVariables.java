// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.encoder.Sizes;

/**
 * A BERT encoder in a {@link TensorBundle}, under the names of google-research/bert: {@code
 * bert/encoder/layer_0/attention/self/query/kernel}, with any prefix before {@code embeddings} and {@code encoder}.
 * Kernels are [in, out].
 */
final class BertVariables {
    /** Of every BERT model that Google has published: D = 128 to 1024, A = 2 to 16. */
    static final int HEAD_SIZE = 64;

    private static final double EPSILON = 1e-12;

    private static final String WORD_EMBEDDINGS = variable(EncoderPart.WORD_EMBEDDINGS.path());

    private final TensorBundle bundle;
    private final String prefix;
    private final EncoderConfig config;
    private final SortedMap<String, ParameterSpec> parametersByVariable = new TreeMap<>();

    /**
     * Finds the encoder and checks types and shapes of all its tensors.
     *
     * @throws InputException if the bundle has no whole BERT encoder in float32
     */
    BertVariables(TensorBundle bundle) {
        this.bundle = bundle;
        this.prefix = prefix();
        this.config = readConfig();
        for (ParameterSpec parameter : ParameterList.ofEncoder(config).specs()) {
            String name = prefix + name(parameter);
            parametersByVariable.put(name, parameter);
            requireShape(name, onDisk(parameter));
        }
    }

    /** Sizes from the shapes; what is not in a bundle is BERT's. */
    EncoderConfig config() {
        return config;
    }

    /** Number of the encoder's tensors. */
    int count() {
        return parametersByVariable.size();
    }

    /** What the bundle does not show, and what of it is left out. */
    List<String> warnings() {
        String taken = "the checkpoint shows neither heads nor constants; taken are those of Google's BERT models as"
                + " Hugging Face has them: heads = hidden size " + config.hidden() + " / " + HEAD_SIZE + " = "
                + config.heads() + ", gelu by erf, LayerNorm's epsilon " + EPSILON + ", dropout 0.1";
        List<String> others = bundle.entries().keySet().stream()
                .filter(name -> !parametersByVariable.containsKey(name))
                .toList();
        return others.isEmpty()
                ? List.of(taken)
                : List.of(taken, "left out, as they are no part of the encoder: " + Shown.list(others));
    }

    /** The encoder's tensors in a shard. */
    List<TensorBundle.Entry> inShard(int shard) {
        return parametersByVariable.keySet().stream()
                .map(bundle.entries()::get)
                .filter(entry -> entry.shard() == shard)
                .toList();
    }

    /** The project's name of a tensor, and its values as the project has them: linear weights are [out, in]. */
    void put(TensorBundle.Entry entry, Tensor tensor, SortedMap<String, Tensor> tensors) {
        ParameterSpec parameter = parametersByVariable.get(entry.name());
        Tensor turned = parameter.role() == ParameterSpec.Role.MATRIX ? tensor.transposed() : tensor;
        ConvertedEncoder.requireUsable(parameter.name(), turned, parameter.shape(), bundle.source());
        tensors.put(parameter.name(), turned);
    }

    private String prefix() {
        List<String> found = bundle.entries().keySet().stream()
                .filter(name -> name.equals(WORD_EMBEDDINGS) || name.endsWith("/" + WORD_EMBEDDINGS))
                .toList();
        if (found.size() != 1) {
            throw cannotConvert("it has " + (found.isEmpty() ? "no " : "more than one ") + WORD_EMBEDDINGS
                    + (found.isEmpty() ? "" : ": " + Shown.list(found))
                    + "; expected one BERT encoder with the names of google-research/bert");
        }
        return found.get(0).substring(0, found.get(0).length() - WORD_EMBEDDINGS.length());
    }

    private EncoderConfig readConfig() {
        int[] words = shape(prefix + WORD_EMBEDDINGS, 2, Sizes.MOST_ROWS);
        int[] positions = shape(prefix + variable(EncoderPart.POSITION_EMBEDDINGS.path()), 2, Sizes.MOST_ROWS);
        int[] types = shape(prefix + variable(EncoderPart.TOKEN_TYPE_EMBEDDINGS.path()), 2, Sizes.MOST_ROWS);
        int[] inner = shape(prefix + variable(EncoderPart.INTERMEDIATE.path(0)) + "/bias", 1, Sizes.MOST_WIDTH);
        int hidden = words[1];
        if (hidden % HEAD_SIZE != 0 || hidden > Sizes.MOST_WIDTH || hidden / HEAD_SIZE > Sizes.MOST_HEADS) {
            throw cannotConvert("its hidden size is " + hidden + "; the number of heads is not in the checkpoint, and"
                    + " is taken as hidden size / " + HEAD_SIZE + ", for hidden sizes that are multiples of it up to "
                    + Sizes.MOST_HEADS * HEAD_SIZE);
        }
        return EncoderConfig.builder(Architecture.bert(0, EPSILON))
                .vocabulary(words[0])
                .positions(positions[0])
                .tokenTypes(types[0])
                .hidden(hidden)
                .heads(hidden / HEAD_SIZE)
                .layers(layers())
                .intermediate(inner[0])
                .build();
    }

    /** One more than the highest number of a layer, so that a layer that is not there is missed by name. */
    private int layers() {
        Pattern layer = Pattern.compile(Pattern.quote(prefix + "encoder/layer_") + "([0-9]{1,4})/.*");
        int layers = 0;
        for (String name : bundle.entries().keySet()) {
            Matcher matcher = layer.matcher(name);
            if (matcher.matches()) {
                layers = Math.max(layers, Integer.parseInt(matcher.group(1)) + 1);
            }
        }
        if (layers > Sizes.MOST_LAYERS) {
            throw cannotConvert("it has a layer " + (layers - 1) + "; the most is " + Sizes.MOST_LAYERS + " layers");
        }
        return layers;
    }

    private int[] shape(String name, int axes, int mostRows) {
        int[] shape = entry(name).shape();
        if (shape.length != axes || Arrays.stream(shape).anyMatch(size -> size < 1) || shape[0] > mostRows) {
            throw cannotConvert("tensor " + Shown.of(name) + " has shape " + Shown.of(Arrays.toString(shape))
                    + ", expected " + axes + (axes == 1 ? " dimension" : " dimensions") + " and 1 to " + mostRows
                    + " rows");
        }
        return shape;
    }

    private void requireShape(String name, int[] expected) {
        TensorBundle.Entry entry = entry(name);
        if (!Arrays.equals(entry.shape(), expected)) {
            throw cannotConvert("tensor " + Shown.of(name) + " has shape " + Shown.of(Arrays.toString(entry.shape()))
                    + ", expected " + Arrays.toString(expected));
        }
        TensorBundle.requireReadable(entry);
    }

    private TensorBundle.Entry entry(String name) {
        TensorBundle.Entry entry = bundle.entries().get(name);
        if (entry == null) {
            throw cannotConvert("tensor " + Shown.of(name)
                    + " is not in it; expected a whole BERT encoder with the names of google-research/bert");
        }
        return entry;
    }

    private static int[] onDisk(ParameterSpec parameter) {
        int[] shape = parameter.shape();
        return parameter.role() == ParameterSpec.Role.MATRIX ? new int[] {shape[1], shape[0]} : shape;
    }

    private static String name(ParameterSpec parameter) {
        return variable(parameter.path())
                + switch (parameter.role()) {
                    case MATRIX -> "/kernel";
                    case BIAS -> "/bias";
                    case SCALE -> "/gamma";
                    case SHIFT -> "/beta";
                    case TABLE -> "";
                };
    }

    /** {@code encoder/layer_0/attention/self/query} for {@code encoder.layer.0.attention.self.query}. */
    private static String variable(String path) {
        return path.replaceFirst("\\.layer\\.", ".layer_").replace('.', '/');
    }

    private InputException cannotConvert(String what) {
        return new InputException("cannot convert " + bundle.source() + ": " + what);
    }
}
