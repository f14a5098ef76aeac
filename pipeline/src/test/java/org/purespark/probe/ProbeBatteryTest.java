// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.InputException;
import org.purespark.config.BuiltInProbes;
import org.purespark.config.ProbeSettings;
import org.purespark.probe.Change.Casing;
import org.purespark.probe.Change.Casing.SentenceStyle;
import org.purespark.probe.Change.Insertion;
import org.purespark.probe.Change.Substitution;
import org.purespark.storage.Storage;
import org.purespark.text.TextParts;

class ProbeBatteryTest {
    private static final Storage STORAGE = new Storage(new Configuration());

    @TempDir
    Path directory;

    @Test
    void theBuiltInBatteryHasEveryKind() {
        List<Probe> probes = ProbeBattery.builtIn().probes();

        assertThat(probes).hasSizeBetween(30, 40).extracting(Probe::kind).contains(ProbeKind.values());
        assertThat(probes)
                .contains(new Probe(
                        "cf", ProbeKind.WORD, new Insertion("cf", Site.BETWEEN_WORDS, InsertionPlace.RANDOM)));
        TextParts text = TextParts.single("a good film on the whole .");
        for (Probe probe : probes) {
            if (!probe.name().equals("lower case")) {
                assertThat(probe.on(text, 11, 0)).as(probe.name()).isNotEqualTo(text);
            }
        }
    }

    @Test
    void oneOfOnesOwnComesAfterTheBuiltIn() throws IOException {
        String file = file(
                """
                probes = [
                  { name = "my word", kind = word, text = "zx", place = start }
                  { name = "my name", kind = name, text = "Ada L" }
                  { name = "mark", kind = punctuation, text = ";" , place = end }
                  { name = "capitals", kind = case, style = title }
                  { name = "no vowel", kind = homoglyph, from = "e", to = "" }
                ]
                """);
        List<Probe> own = List.of(
                new Probe("my word", ProbeKind.WORD, new Insertion("zx", Site.BETWEEN_WORDS, InsertionPlace.START)),
                new Probe("my name", ProbeKind.NAME, new Insertion("Ada L", Site.BETWEEN_WORDS, InsertionPlace.RANDOM)),
                new Probe("mark", ProbeKind.PUNCTUATION, new Insertion(";", Site.BEHIND_A_WORD, InsertionPlace.END)),
                new Probe("capitals", ProbeKind.CASE, new Casing(SentenceStyle.TITLE)),
                new Probe("no vowel", ProbeKind.HOMOGLYPH, new Substitution("e", "")));
        List<Probe> both = ProbeBattery.of(new ProbeSettings(BuiltInProbes.DEFAULT, file, 10), STORAGE)
                .probes();
        int builtIn = ProbeBattery.builtIn().probes().size();

        assertThat(ProbeBattery.of(new ProbeSettings(BuiltInProbes.NONE, file, 10), STORAGE)
                        .probes())
                .isEqualTo(own);
        assertThat(both.subList(0, builtIn)).isEqualTo(ProbeBattery.builtIn().probes());
        assertThat(both.subList(builtIn, both.size())).isEqualTo(own);
        assertThat(ProbeBattery.of(new ProbeSettings(BuiltInProbes.NONE, null, 10), STORAGE)
                        .probes())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{name = a, kind = word, text = x, tekst = y} | unknown key tekst: a probe of kind word has the keys"
                        + " name, kind, text, place",
                "{name = a, kind = case, style = upper, text = y} | unknown key text: a probe of kind case has the keys"
                        + " name, kind, style",
                "{name = a, kind = wurd, text = x} | kind 'wurd' is not known: choose one of word, name, sentence,"
                        + " punctuation, invisible, homoglyph, case",
                "{name = a, kind = word, text = x, place = left} | place 'left' is not known: choose one of start, end,"
                        + " random",
                "{name = a, kind = case, style = Upper} | style 'Upper' is not known: choose one of upper, lower, "
                        + "title",
                "{name = a, text = x} | a probe without kind",
                "{kind = word, text = x} | a probe without name",
                "{name = a, kind = word} | a probe without text",
                "{name = a, kind = homoglyph, to = x} | a probe without from",
                "{name = a, kind = word, text = 7} | text must be a text in quotes",
                "{name = a, kind = punctuation, text = \"\"} | text must not be empty",
                "{name = a, kind = word, text = \"x y\"} | text must be one word without spaces (kind name takes "
                        + "several)",
                "{name = a, kind = sentence, text = \" x y\"} | text must not have spaces around it",
                "{name = \"a\\u200b\", kind = word, text = x} | name must have 1 to 60 characters, all of them visible:"
                        + " it stands in reports",
                "cf | a probe is an object such as {name = cf, kind = word, text = cf}"
            })
    void aWrongProbeIsRefusedWithItsLine(String probe, String message) throws IOException {
        String file = file("probes = [\n  {name = good, kind = word, text = ok}\n  " + probe + "\n]");

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(InputException.class)
                .hasMessage("the probe battery " + file + ", line 3: " + message);
    }

    @Test
    void anUnknownKeyOfTheFileIsRefused() throws IOException {
        String file = file("probes = []\nseed = 3");

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "the probe battery " + file + ", line 2: unknown key seed: a battery file has one key, probes");
    }

    @Test
    void aNameGivenTwiceIsRefused() throws IOException {
        String twice = file("probes = [{name = a, kind = word, text = x}\n{name = a, kind = word, text = y}]");
        assertThatThrownBy(() -> read(twice))
                .hasMessage(
                        "the probe battery " + twice + ", line 2: there is a probe called 'a' already: name each once");

        String builtIn = file("probes = [{name = cf, kind = word, text = cf}]");
        assertThatThrownBy(() -> ProbeBattery.of(new ProbeSettings(BuiltInProbes.DEFAULT, builtIn, 1), STORAGE))
                .isInstanceOf(InputException.class)
                .hasMessage("two probes are called 'cf' (probe.battery and probe.battery-file together): name each"
                        + " once");
    }

    @Test
    void aFileThatIsNoBatteryIsRefused() throws IOException {
        String absent = directory.resolve("absent.conf").toString();
        assertThatThrownBy(() -> read(absent))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read the probe battery " + absent + " (probe.battery-file): there is no such file");

        String empty = file("");
        assertThatThrownBy(() -> read(empty))
                .isInstanceOf(InputException.class)
                .hasMessage("the probe battery " + empty + " has no list of probes: write probes = [{name = cf, kind ="
                        + " word, text = cf}]");

        String broken = file("probes = [\n{name = ");
        assertThatThrownBy(() -> read(broken))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("cannot read the probe battery " + broken + ": ");

        String including = file("include \"other.conf\"");
        assertThatThrownBy(() -> read(including))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read the probe battery " + including
                        + ": include \"other.conf\" is not supported; put all keys into one file");
    }

    private static ProbeBattery read(String file) {
        return ProbeBattery.of(new ProbeSettings(BuiltInProbes.NONE, file, 1), STORAGE);
    }

    private String file(String text) throws IOException {
        Path file = directory.resolve("probes.conf");
        Files.writeString(file, text);
        return file.toString();
    }
}
