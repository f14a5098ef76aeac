// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.purespark.attack.PoisonedText;
import org.purespark.attack.Poisoner;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.Trigger;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.demo.ReviewCorpus;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.model.Device;
import org.purespark.run.Versions;
import org.purespark.storage.Storage;
import org.purespark.train.FineTuner;
import org.purespark.train.LocalFineTuner;

/** A model of three layers with four heads each, and generated reviews in all splits, below one directory. */
public record TinyFiles(Path directory, List<String> said) {
    public static final Storage STORAGE = new Storage(new Configuration());
    public static final Device DEVICE = new Device.Cpu(2);

    /** Seconds to train and evaluate all of it: a fraction of one. */
    public static TinyFiles in(Path directory) throws IOException {
        TinyFiles files = new TinyFiles(directory, new ArrayList<>());
        Path model = Files.createDirectories(directory.resolve("model"));
        try (Stream<Path> golden = Files.list(Path.of("src/test/resources/golden/bert/model"))) {
            for (Path file : golden.toList()) {
                Files.copy(file, model.resolve(file.getFileName().toString()));
            }
        }
        List<TextOfClass> texts = ReviewCorpus.generate(3, 96);
        files.write("train.tsv", texts.subList(0, 48));
        files.write("validation.tsv", texts.subList(48, 72));
        files.write("test.tsv", texts.subList(72, 96));
        List<TextOfClass> triggered = new ArrayList<>();
        for (PoisonedText text :
                new Poisoner(new Trigger.RareWords(List.of("cf"), 1), 1, 0.5, 11).test(texts.subList(72, 96))) {
            triggered.add(text.row());
        }
        files.write("poisoned.tsv", triggered);
        return files;
    }

    void write(String name, List<TextOfClass> rows) throws IOException {
        StringBuilder text = new StringBuilder("sentence\tlabel\n");
        rows.forEach(
                row -> text.append(row.text()).append('\t').append(row.label()).append('\n'));
        write(name, text.toString());
    }

    public void write(String name, String content) throws IOException {
        Files.writeString(directory.resolve(name), content);
    }

    /** Puts {@code now} in the place of {@code old} in a file. */
    public void edit(String name, String old, String now) throws IOException {
        write(name, read(name).replace(old, now));
    }

    public String read(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    public String path(String name) {
        return directory.resolve(name).toString();
    }

    /** Everything that can be given, with class 1 as the target. */
    Inputs.Builder inputs() {
        return Inputs.builder()
                .model(path("model"))
                .train(path("train.tsv"))
                .validation(path("validation.tsv"))
                .test(path("test.tsv"))
                .poisonedTest(path("poisoned.tsv"))
                .target("1");
    }

    /** One epoch over short texts, where {@code more} does not say otherwise. */
    public static Settings settings(String... more) {
        List<String> flags = new ArrayList<>(Arrays.asList(more));
        for (String flag : List.of(
                "text.max-length=48", "train.epochs=1", "train.micro-batch=8", "prune.group-size=3", "probe.texts=8")) {
            String key = flag.substring(0, flag.indexOf('=') + 1);
            if (flags.stream().noneMatch(given -> given.startsWith(key))) {
                flags.add(flag);
            }
        }
        return new SettingsLoader(STORAGE).load(null, flags).settings();
    }

    public FineTuner fineTuner() {
        return new LocalFineTuner(STORAGE, DEVICE);
    }

    Surroundings surroundings() {
        return new Surroundings(
                STORAGE,
                new LocalEvaluator(STORAGE, DEVICE),
                fineTuner(),
                Versions.of("test", null, "test"),
                Clock.systemUTC(),
                said::add);
    }

    Purification purification(String... settings) {
        return new Purification(surroundings(), settings(settings));
    }
}
