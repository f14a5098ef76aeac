// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.parquet.ParquetTrees;
import org.purespark.storage.Storage;

class ManifestReaderTest {
    @TempDir
    private Path directory;

    private static final String YAML =
            """
            # two suspects
            - name: "007"
              model: models/a
              classifier: /abs/c.safetensors
              train: s3a://bucket/train.tsv
              seeds: [11, -2]
              set:
                train: {epochs: 2, learning-rate: 1e-4}
                prune.threshold: null
            - {name: b, model: ../b, target: positive, poisoned-test: p.tsv, set: "train.epochs=1; seed=5"}
            """;
    private static final String CSV =
            """
            name,model,classifier,train,seeds,set.train.epochs,set.train.learning-rate,set.prune.threshold,set,\
            target,poisoned-test
            007,models/a,/abs/c.safetensors,s3a://bucket/train.tsv,11 -2,2,1e-4,null,,,
            b,../b,,,,,,,train.epochs=1 seed=5,positive,p.tsv
            """;
    private static final String JSON =
            """
            {"name":"007","model":"models/a","classifier":"/abs/c.safetensors","train":"s3a://bucket/train.tsv",\
            "seeds":[11,-2],"set":{"train.epochs":2,"train":{"learning-rate":"1e-4"},"prune.threshold":null}}

            {"name":"b","model":"../b","target":"positive","poisoned-test":"p.tsv","set":["train.epochs=1","seed=5"]}
            """;

    @ParameterizedTest
    @ValueSource(strings = {"yaml", "csv", "jsonl", "parquet"})
    void theFormatsSayTheSame(String format) throws Exception {
        List<Suspect> suspects = read(
                "sweep." + format,
                switch (format) {
                    case "yaml" -> YAML.getBytes(StandardCharsets.UTF_8);
                    case "csv" -> ("\uFEFF" + CSV.replace("\n", "\r\n")).getBytes(StandardCharsets.UTF_8);
                    case "jsonl" -> JSON.getBytes(StandardCharsets.UTF_8);
                    default -> parquet();
                });
        assertThat(suspects).hasSize(2);
        Suspect first = suspects.get(0);
        assertThat(first.name()).isEqualTo("007");
        assertThat(first.inputs().model())
                .hasValue(directory.resolve("models/a").toString());
        assertThat(first.inputs().classifier()).hasValue("/abs/c.safetensors");
        assertThat(first.inputs().train()).hasValue("s3a://bucket/train.tsv");
        assertThat(first.inputs().validation()).isEmpty();
        assertThat(first.seeds()).containsExactly(11L, -2L);
        assertThat(first.settings())
                .isEqualTo(Map.of("train.epochs", "2", "train.learning-rate", "1e-4", "prune.threshold", "null"));
        Suspect second = suspects.get(1);
        assertThat(second.inputs().target()).hasValue("positive");
        assertThat(second.inputs().model())
                .hasValue(directory.resolveSibling("b").toString());
        assertThat(second.inputs().poisonedTest())
                .hasValue(directory.resolve("p.tsv").toString());
        assertThat(second.seeds()).isEmpty();
        assertThat(second.settings()).isEqualTo(Map.of("train.epochs", "1", "seed", "5"));
    }

    private static byte[] parquet() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<ObjectNode> rows = List.of(
                (ObjectNode)
                        json.readTree("{\"name\":\"007\",\"model\":\"models/a\",\"classifier\":\"/abs/c.safetensors\","
                                + "\"train\":\"s3a://bucket/train.tsv\",\"seeds\":\"11,-2\",\"set.train.epochs\":2,"
                                + "\"set.train.learning-rate\":\"1e-4\",\"set.prune.threshold\":\"null\"}"),
                (ObjectNode) json.readTree("{\"name\":\"b\",\"model\":\"../b\",\"target\":\"positive\","
                        + "\"poisoned-test\":\"p.tsv\",\"set\":\"train.epochs=1;seed=5\"}"));
        return ParquetTrees.write(
                "message m { required binary name (STRING); required binary model (STRING); optional binary classifier"
                        + " (STRING); optional binary train (STRING); optional binary seeds (STRING); optional int64"
                        + " set.train.epochs; optional binary set.train.learning-rate (STRING); optional binary"
                        + " set.prune.threshold (STRING); optional binary set (STRING); optional binary target "
                        + "(STRING);"
                        + " optional binary poisoned-test (STRING); }",
                rows.iterator());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name,model,tain;a,m,x | line 2: unknown key tain; the keys are name, model, classifier, base-model,"
                        + " clean-model, other-model,"
                        + " train, validation, test, poisoned-test, target, seeds, set and set.KEY",
                "name,model;a/b,m | line 2: the name 'a/b' is no safe directory name; use up to 100 letters",
                "name,model;..,m | line 2: the name '..' is no safe directory name",
                "name,model;,m | line 2: the suspect has no name",
                "name,model;a, | line 2: no model is given; name the suspect's directory",
                "name,model;a,m;A,n | line 3 (A): the name A is taken already, by",
                "name,model;a | line 2: the row has 1 cells and the header 2; a value that holds a comma must be "
                        + "quoted",
                "name,model,seeds;a,m,1 x | line 2, key seeds: 'x' is no 64-bit whole number; give a list such as "
                        + "11 12 13",
                "name,model,seeds;a,m,3 3 | line 2, key seeds: 3 is given twice",
                "name,model,set;a,m,train.epochs | line 2, key set: 'train.epochs' is no key=value, such as "
                        + "train.epochs=2",
                "name,model,set,set.seed;a,m,seed=1,2 | line 2: the setting seed is given twice (1, then 2)",
                "name,model,seeds,set.seed;a,m,1,2 | line 2: seeds and the setting seed are both given: give one "
                        + "of them",
                "name,,model;a,b,c | line 1: column 2 has no name",
                "name,model,name;a,b,c | line 1: the column name is there twice"
            })
    void whatIsWrongIsNamedWithFileAndRow(String content, String message) {
        assertThatThrownBy(() -> read("s.csv", content.replace(';', '\n').getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(directory.resolve("s.csv") + ", " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "- {name: a, model: m}\\n- {name: b, modle: m} | , line 2: unknown key modle; the keys are",
                "- [[[[[[[[[[[[[[a]]]]]]]]]]]]]] | , line 1: nested deeper than 8 levels",
                "name: a | , line 1: unknown key name; the manifest is a list, or has the one key suspects",
                "suspects: 3 | , line 1: a list of suspects is expected, each beginning with '- name: …'",
                "- a\\n | , line 1: a suspect is expected, as '- name: …' with its keys below",
                "- {name: a, name: b, model: m} | , line 1: the key name is given twice",
                "- {name: a, model: [m]} | , line 1, key model: a single value is expected",
                "- {name: a, model: m, seeds: []} | , line 1, key seeds: the list is empty; leave it out or name "
                        + "a seed",
                "- name: 'a\\n | , line 2, column 1: not valid YAML (found unexpected end of stream)",
                "[] | : the manifest names no suspect"
            })
    void badYamlIsNamedWithItsLine(String content, String message) {
        assertThatThrownBy(() -> read("s.yml", content.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(directory.resolve("s.yml") + message);
    }

    @Test
    void aYamlThatNestsWithoutEndIsRefused() {
        assertThatThrownBy(() -> read("s.yaml", "- &a {name: x, model: m, set: *a}\n".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nested deeper than 8 levels");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"a\",\"model\":\"m\"}\\n[] | line 2: a JSON object is expected, one a line",
                "{\"name\":\"a\" | line 1: not valid JSON (",
                "{\"name\":\"a\",\"name\":\"b\"} | line 1: not valid JSON (Duplicate field 'name'",
                "{\"name\":\"a\",\"model\":\"m\",\"seed\":3} | line 1: unknown key seed; the keys are"
            })
    void badJsonIsNamedWithItsLine(String content, String message) {
        assertThatThrownBy(() -> read("s.jsonl", content.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(directory.resolve("s.jsonl") + ", " + message);
    }

    @Test
    void aFileThatIsAbsentOrOfNoKnownKindIsRefused() {
        assertThatThrownBy(() -> read("s.toml", new byte[0]))
                .isInstanceOf(InputException.class)
                .hasMessage("--manifest " + directory.resolve("s.toml") + ": the extension names no known format; known"
                        + " are .yaml, .yml, .csv, .jsonl, .ndjson and .parquet");
        for (String name : List.of("absent.csv", "absent.parquet")) {
            String address = directory.resolve(name).toString();
            assertThatThrownBy(() -> new ManifestReader(storage()).read(address))
                    .isInstanceOf(InputException.class)
                    .hasMessage("--manifest: there is no " + address);
        }
        assertThatThrownBy(() -> read("s.parquet", "no parquet at all".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("s.parquet: cannot be read as Parquet (");
        assertThatThrownBy(() -> read("s.csv", new byte[] {'n', (byte) 0xE9}))
                .isInstanceOf(InputException.class)
                .hasMessage(directory.resolve("s.csv") + ": not UTF-8; save the file as UTF-8");
    }

    private List<Suspect> read(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
        return new ManifestReader(storage()).read(directory.resolve(name).toString());
    }

    private static Storage storage() {
        return new Storage(new Configuration());
    }
}
