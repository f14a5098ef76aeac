// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.attack.TextOfClass;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointWriter;
import org.purespark.checkpoint.ModelCard;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.family.ConfigKeys;
import org.purespark.family.ExportForm;
import org.purespark.family.Family;
import org.purespark.purify.CorpusTokenizer.Special;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;

/**
 * Small encoders with new weights, as transformers would draw them, and a tokenizer of the family's kind with the words
 * of some texts: they learn those texts within seconds.
 */
final class FreshEncoder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int HIDDEN = 64;
    private static final int HEADS = 4;
    private static final int INTERMEDIATE = 128;
    private static final int POSITIONS = 130;
    /** Larger than the usual 0.02, as D is smaller. */
    private static final double INITIALIZER_RANGE = 0.05;

    private final Storage storage;
    private final int layers;

    FreshEncoder(Storage storage, int layers) {
        this.storage = storage;
        this.layers = layers;
    }

    /** Writes the directory. */
    void write(Family family, List<TextOfClass> texts, List<String> more, String directory) throws IOException {
        Special special = special(family);
        CorpusTokenizer tokenizer = new CorpusTokenizer(special, texts, more);
        ObjectNode json =
                switch (family.modelType()) {
                    case "roberta", "modernbert" -> tokenizer.bytePairs();
                    case "xlm-roberta", "camembert", "albert", "deberta-v2" -> tokenizer.unigram();
                    default -> tokenizer.wordPieces();
                };
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("tokenizer.json", json.toString().getBytes(StandardCharsets.UTF_8));
        files.put(
                "tokenizer_config.json",
                tokenizer.config(tokenizerClass(family)).toString().getBytes(StandardCharsets.UTF_8));
        ObjectNode raw = keys(family, special);
        EncoderConfig encoder =
                encoder(family, raw, json.path("model").path("vocab").size(), special.padId());
        Checkpoint checkpoint = new Checkpoint(
                family,
                encoder,
                ClassifierKind.LINEAR,
                weights(encoder),
                List.of(),
                TaskKind.ONE_LABEL,
                new TreeSet<>(),
                files,
                raw,
                List.of());
        new CheckpointWriter(storage)
                .write(
                        checkpoint,
                        directory,
                        ExportForm.DENSE,
                        ModelCard.of("Encoder with new weights", "For a test.", 128, Map.of()));
    }

    private static Special special(Family family) {
        return switch (family.modelType()) {
            case "roberta", "xlm-roberta", "camembert" -> Special.FAIRSEQ;
            case "mpnet" -> Special.MPNET;
            case "albert" -> Special.ALBERT;
            default -> Special.BERT;
        };
    }

    private static String tokenizerClass(Family family) {
        return switch (family.modelType()) {
            case "modernbert", "deberta-v2" -> "PreTrainedTokenizerFast";
            case "mpnet" -> "MPNetTokenizer";
            case "distilbert" -> "DistilBertTokenizer";
            case "xlm-roberta" -> "XLMRobertaTokenizer";
            default -> family.className("Tokenizer");
        };
    }

    /** Keys of {@code config.json} that the encoder's architecture depends on. */
    private static ObjectNode keys(Family family, Special special) {
        ObjectNode raw = JSON.createObjectNode().put("model_type", family.modelType());
        raw.put("pad_token_id", special.padId());
        if (family.modelType().equals("deberta-v2")) {
            raw.put("relative_attention", true).put("position_buckets", 16).put("norm_rel_ebd", "layer_norm");
            raw.put("share_att_key", true).put("position_biased_input", false).put("type_vocab_size", 0);
            raw.putArray("pos_att_type").add("p2c").add("c2p");
        }
        return raw;
    }

    private EncoderConfig encoder(Family family, ObjectNode raw, int vocabulary, int padId) {
        EncoderConfig usual = family.read(new ConfigKeys(raw, "config.json"));
        return EncoderConfig.builder(usual.architecture())
                .vocabulary(vocabulary)
                .positions(POSITIONS)
                .tokenTypes(usual.tokenTypes())
                .embedding(usual.projectsEmbeddings() ? HIDDEN / 2 : HIDDEN)
                .hidden(HIDDEN)
                .heads(HEADS)
                .layers(layers)
                .intermediate(INTERMEDIATE)
                .padTokenId(padId)
                .dropout(usual.dropout())
                .initializerRange(INITIALIZER_RANGE)
                .build();
    }

    private static SortedMap<String, Tensor> weights(EncoderConfig encoder) {
        SeededRandom random = SeededRandom.of(11, SeededRandom.Purpose.TEST_WEIGHTS);
        SortedMap<String, Tensor> weights = new TreeMap<>();
        for (ParameterSpec parameter :
                ParameterList.of(encoder, ClassifierKind.LINEAR, 0).specs()) {
            if (!parameter.part().inClassifier()) {
                Tensor tensor = Tensor.zeros(parameter.shape());
                switch (parameter.role().initial()) {
                    case ZERO -> {}
                    case ONE -> Arrays.fill(tensor.values(), 1f);
                    case NORMAL -> {
                        for (int i = 0; i < tensor.values().length; i++) {
                            tensor.values()[i] = (float) (random.nextGaussian() * encoder.initializerRange());
                        }
                    }
                }
                weights.put(parameter.name(), tensor);
            }
        }
        return weights;
    }
}
