// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.storage.FileKind;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;

/**
 * Makes a Hugging Face {@code BertModel} directory from a BERT encoder exported to ONNX, as in the artifacts
 * {@code dev.langchain4j:langchain4j-embeddings-…} on Maven Central. Sizes come from the shapes of the tensors, the
 * number of heads and LayerNorm's epsilon from the graph.
 */
public final class OnnxConverter {
    /** Head size of the BERT encoders with D = 384 (MiniLM, bge-small, e5-small). */
    private static final int SMALL_HIDDEN = 384;

    private static final int SMALL_HEAD_SIZE = 32;

    private static final double BERT_EPSILON = 1e-12;

    private final Storage storage;

    public OnnxConverter(Storage storage) {
        this.storage = storage;
    }

    /**
     * Converts the files of a jar: one {@code *.onnx} and one {@code *tokenizer.json}; other files are ignored.
     *
     * @return what was written; its warnings say what the graph did not show
     * @throws InputException if the jar does not have exactly one of each, or they are not an unquantized BERT encoder
     */
    public Checkpoint convertJar(String jarAddress, String outDirectory) throws IOException {
        String onnxName = null;
        String tokenizerName = null;
        OnnxGraph graph = null;
        byte[] tokenizer = null;
        try (ZipInputStream jar = new ZipInputStream(storage.open(jarAddress))) {
            for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
                if (entry.getName().endsWith(".onnx")) {
                    requireFirst(onnxName, entry.getName(), jarAddress);
                    onnxName = entry.getName();
                    graph = OnnxGraph.parse(jarAddress + "!/" + onnxName, jar);
                } else if (entry.getName().endsWith("tokenizer.json")) {
                    requireFirst(tokenizerName, entry.getName(), jarAddress);
                    tokenizerName = entry.getName();
                    tokenizer = jar.readNBytes(FileKind.TOKENIZER.mostBytes());
                    if (jar.read() >= 0) {
                        throw new InputException("cannot convert " + jarAddress + ": " + Shown.of(tokenizerName)
                                + " has more than " + FileKind.TOKENIZER.mostText() + ", the most for "
                                + FileKind.TOKENIZER.description());
                    }
                }
            }
        }
        if (graph == null || tokenizer == null) {
            throw new InputException(
                    "cannot convert " + jarAddress + ": expected a *.onnx and a *tokenizer.json in it, found "
                            + (graph == null ? "no *.onnx" : "no *tokenizer.json"));
        }
        return write(graph, onnxName, tokenizer, jarAddress + "!/" + tokenizerName, outDirectory);
    }

    /**
     * Converts an ONNX file and its {@code tokenizer.json}.
     *
     * @return what was written; its warnings say what the graph did not show
     * @throws InputException if they are not an unquantized BERT encoder and its tokenizer, or would be replaced
     */
    public Checkpoint convertFiles(String onnxAddress, String tokenizerAddress, String outDirectory)
            throws IOException {
        OutputPlaces.inDirectory("--out", outDirectory, CheckpointWriter.fileNames())
                .requireApart(storage, Map.of("--onnx", onnxAddress, "--tokenizer", tokenizerAddress));
        for (String address : List.of(onnxAddress, tokenizerAddress)) {
            if (!storage.exists(address)) {
                throw new InputException("cannot convert " + address + ": no such file");
            }
        }
        try (InputStream onnx = storage.open(onnxAddress)) {
            OnnxGraph graph = OnnxGraph.parse(onnxAddress, onnx);
            String name = onnxAddress.substring(onnxAddress.lastIndexOf('/') + 1);
            byte[] tokenizer = storage.read(tokenizerAddress, FileKind.TOKENIZER);
            return write(graph, name, tokenizer, tokenizerAddress, outDirectory);
        }
    }

    private Checkpoint write(
            OnnxGraph graph, String onnxName, byte[] tokenizer, String tokenizerSource, String outDirectory)
            throws IOException {
        List<String> warnings = new ArrayList<>();
        EncoderConfig config = config(graph, onnxName, warnings);
        Map<String, byte[]> tokenizerFiles =
                ConvertedTokenizer.files(tokenizer, tokenizerSource, config.vocabulary(), config.maxTokens());
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        ParameterList.ofEncoder(config).byName().forEach((name, parameter) -> {
            Tensor tensor = graph.tensor(parameter);
            ConvertedEncoder.requireUsable(name, tensor, parameter.shape(), onnxName);
            tensors.put(name, tensor);
        });
        ModelCard card = ModelCard.of(
                onnxName.replaceFirst("\\.onnx$", ""),
                "A BERT encoder without classifier, converted from its ONNX export " + ModelCardText.code(onnxName)
                        + ". Its licence is that of the original.",
                config.maxTokens(),
                Map.of());
        return new ConvertedEncoder(config, tensors, tokenizerFiles, warnings).write(storage, outDirectory, card);
    }

    private static EncoderConfig config(OnnxGraph graph, String onnxName, List<String> warnings) {
        int[] words = matrixShape(graph, EncoderPart.WORD_EMBEDDINGS.weight(), onnxName);
        int[] positions = matrixShape(graph, EncoderPart.POSITION_EMBEDDINGS.weight(), onnxName);
        int[] types = matrixShape(graph, EncoderPart.TOKEN_TYPE_EMBEDDINGS.weight(), onnxName);
        int layers = graph.layers();
        if (layers == 0) {
            throw new InputException("cannot convert " + onnxName + ": it has no " + EncoderPart.QUERY.bias(0)
                    + "; expected a BERT encoder that PyTorch exported with its names");
        }
        int hidden = words[1];
        OptionalDouble epsilon = graph.layerNormEpsilon();
        if (epsilon.isEmpty()) {
            warnings.add("the graph does not show LayerNorm's epsilon: taken as BERT's, " + BERT_EPSILON);
        }
        return EncoderConfig.builder(Architecture.bert(0, epsilon.orElse(BERT_EPSILON)))
                .vocabulary(words[0])
                .positions(positions[0])
                .tokenTypes(types[0])
                .hidden(hidden)
                .heads(heads(graph, hidden, onnxName, warnings))
                .layers(layers)
                .intermediate(graph.shape(EncoderPart.INTERMEDIATE.bias(0))[0])
                .build();
    }

    private static int heads(OnnxGraph graph, int hidden, String onnxName, List<String> warnings) {
        OptionalInt shown = graph.heads(hidden);
        if (shown.isPresent()) {
            return shown.getAsInt();
        }
        if (hidden != SMALL_HIDDEN) {
            throw new InputException("cannot convert " + onnxName
                    + ": the graph does not show the number of heads, and there is no rule for hidden size " + hidden);
        }
        warnings.add("the graph does not show the number of heads: taken as " + hidden / SMALL_HEAD_SIZE
                + ", by the rule that encoders of hidden size " + SMALL_HIDDEN + " have heads of size "
                + SMALL_HEAD_SIZE);
        return hidden / SMALL_HEAD_SIZE;
    }

    private static int[] matrixShape(OnnxGraph graph, String name, String onnxName) {
        int[] shape = graph.shape(name);
        if (shape.length != 2) {
            throw new InputException("cannot convert " + onnxName + ": tensor " + name + " has shape "
                    + Arrays.toString(shape) + ", expected a matrix");
        }
        return shape;
    }

    private static void requireFirst(String earlier, String name, String jarAddress) {
        if (earlier != null) {
            throw new InputException("cannot convert " + jarAddress + ": it holds both " + earlier + " and " + name
                    + "; unpack it and name the files");
        }
    }
}
