// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.purespark.report.ReportModel.StageTime;
import org.purespark.run.FileFingerprint;
import org.purespark.run.InputFingerprint;
import org.purespark.run.RunRecord;
import org.purespark.run.StageEntry;
import org.purespark.run.StageName;
import org.purespark.run.Versions;
import org.purespark.run.artifact.RepairFile;
import org.purespark.task.Measure;

/** The values of the template {@code report.mustache}, under its names. */
final class ReportPage {
    /** A row of the table of seconds; the bar's length is a CSS percentage. */
    record TimeRow(String stage, String seconds, String bar) {}

    record TimesView(List<TimeRow> rows, String total) {}

    /** An examination of the suspect; {@code confidence} is empty if it has none. */
    record ExaminationView(String verdict, String reason, String confidence, List<TriggerRow> triggers) {
        boolean hasTriggers() {
            return !triggers.isEmpty();
        }
    }

    record TriggerRow(
            String trigger, String target, String position, String with, String without, int texts, String level) {}

    record NamedValue(String key, String value) {}

    /** An input with its files. The first file is separate: it is in the input's own row. */
    record InputRows(String name, String address, int count, FileRow first, List<FileRow> others) {}

    record FileRow(String name, String bytes, String sha256) {}

    record TrialRow(String defence, String quality, String excess, String clue) {}

    /** The page's fixed parts. */
    record Parts(String style, String echarts, String script) {}

    private final ReportModel model;
    private final Conclusion conclusion;
    private final Parts parts;

    ReportPage(ReportModel model, Conclusion conclusion, Parts parts) {
        this.model = model;
        this.conclusion = conclusion;
        this.parts = parts;
    }

    String style() {
        return parts.style();
    }

    String echarts() {
        return parts.echarts();
    }

    String script() {
        return parts.script();
    }

    String scriptHashes() {
        return PageResources.policyHash(parts.echarts()) + " " + PageResources.policyHash(parts.script());
    }

    String data() {
        return ChartData.of(model);
    }

    /** What became of the attack, in words; empty if there is no verdict yet. */
    String verdict() {
        return conclusion.judged().map(judged -> judged.attack().words()).orElse("");
    }

    /** Whether the suspect is repaired, in words; empty if there is no verdict yet. */
    String repairVerdict() {
        return conclusion.judged().map(judged -> judged.repair().words()).orElse("");
    }

    /** Null if the suspect was not examined. */
    ExaminationView examination() {
        return conclusion
                .examination()
                .map(found -> new ExaminationView(
                        found.verdict(),
                        found.reason(),
                        found.confidence() == null ? "" : Math.round(100 * found.confidence()) + " %",
                        found.triggers().stream().map(ReportPage::row).toList()))
                .orElse(null);
    }

    private static TriggerRow row(Conclusion.FoundTrigger found) {
        return new TriggerRow(
                found.trigger(),
                found.target(),
                found.position(),
                NumberText.share(found.rateWith()),
                NumberText.share(found.rateWithout()),
                found.texts(),
                found.level());
    }

    String runDirectory() {
        return model.runDirectory();
    }

    /** The suspect's address, else nothing. */
    String suspectModel() {
        return model.suspect().orElse("");
    }

    String seed() {
        return model.run()
                .map(run -> run.seeds().get("run"))
                .or(() -> model.metrics().map(metrics -> metrics.seed()))
                .map(seed -> Long.toString(seed))
                .orElse("");
    }

    String target() {
        return model.targetName().orElse("");
    }

    /** The name of the measure that the comparison shows. */
    String measure() {
        return model.measure().heading();
    }

    String measureCaption() {
        return model.measure() == Measure.ACCURACY
                ? "Clean accuracy (ACC, higher is better)"
                : model.measure().heading() + " on clean texts (higher is better)";
    }

    /** The name of the measure in a sentence. */
    String measureWords() {
        return model.measure().words();
    }

    /** Whose heads are scored. */
    String scoredModel() {
        return model.measuredModel(StageName.SCORE);
    }

    /** Whose heads the prune search masks. */
    String searchedModel() {
        return model.measuredModel(StageName.PRUNE);
    }

    /** Why there are no matrices. */
    String confusionAbsent() {
        return model.metrics().isEmpty()
                ? "The stage evaluate has not written confusion matrices."
                : "A model that gives a score has no classes to confuse.";
    }

    /** What the measure is, where it is not accuracy. */
    String measureNote() {
        return model.measure().note();
    }

    List<Comparison.ModelRow> comparison() {
        return Comparison.rows(model);
    }

    boolean hasRemarks() {
        return Comparison.anyRemark(comparison());
    }

    String headsPruned() {
        return Comparison.headsPruned(model);
    }

    List<String> warnings() {
        return model.warnings();
    }

    boolean hasWarnings() {
        return !model.warnings().isEmpty();
    }

    /** How the defence was chosen; empty if the user has named it. */
    String defenceChoice() {
        return model.repair()
                .map(RepairFile::choice)
                .map(RepairFile.Choice::reason)
                .orElse("");
    }

    /** The repairs that were tried. */
    List<TrialRow> trials() {
        return model.repair().map(RepairFile::choice).map(RepairFile.Choice::candidates).orElse(List.of()).stream()
                .map(each -> new TrialRow(
                        each.defence(),
                        NumberText.share(each.validationQuality()),
                        NumberText.share(each.excess()),
                        each.clue() == null ? "" : each.clue()))
                .toList();
    }

    /** Why there are no head scores. */
    String scoresAbsent() {
        return ofOtherDefence("The stage score has not run: there are no head scores to show.");
    }

    /** Why there is no prune path. */
    String pruneAbsent() {
        return ofOtherDefence("The stage prune has not run: no heads have been chosen.");
    }

    private String ofOtherDefence(String otherwise) {
        return model.repair()
                .filter(made -> !made.usesHeadSearch())
                .map(made -> "The defence " + made.defence() + " does not choose heads by their scores.")
                .orElse(otherwise);
    }

    HeadViews.ScoresView scores() {
        return model.headScores().map(scores -> HeadViews.scores(scores, model)).orElse(null);
    }

    HeadViews.PruneView prune() {
        return model.prunedHeads().map(path -> HeadViews.prune(path, model)).orElse(null);
    }

    HeadViews.LayersView layers() {
        return model.normalization()
                .map(known -> HeadViews.layers(known, model))
                .orElse(null);
    }

    TrainingViews.TrainingView training() {
        return model.training().isEmpty() ? null : TrainingViews.training(model.training());
    }

    ConfusionViews.ConfusionView confusion() {
        return model.metrics()
                .map(metrics -> ConfusionViews.confusion(metrics, model))
                .orElse(null);
    }

    ProbeViews.ProbesView probes() {
        return model.probes().map(file -> ProbeViews.probes(file, model)).orElse(null);
    }

    TimesView times() {
        List<StageTime> times = model.stageTimes();
        if (times.isEmpty()) {
            return null;
        }
        double longest = times.stream().mapToDouble(StageTime::seconds).max().orElseThrow();
        double total = times.stream().mapToDouble(StageTime::seconds).sum();
        return new TimesView(
                times.stream()
                        .map(time -> new TimeRow(
                                time.stage(), NumberText.seconds(time.seconds()), cssPercent(time.seconds(), longest)))
                        .toList(),
                NumberText.duration(total));
    }

    /** The stages that were started in this run directory, and their state. */
    List<NamedValue> stages() {
        return model.run().map(ReportPage::stages).orElse(List.of());
    }

    private static List<NamedValue> stages(RunRecord run) {
        SortedSet<StageName> known = new TreeSet<>(run.attempts().keySet());
        known.addAll(run.stages().keySet());
        return known.stream()
                .map(stage -> new NamedValue(stage.text(), state(stage, run)))
                .toList();
    }

    private static String state(StageName stage, RunRecord run) {
        Optional<StageEntry> entry = Optional.ofNullable(run.stages().get(stage));
        int attempts = run.attempts().getOrDefault(stage, 0);
        String tries = attempts > 1 ? ", started " + attempts + " times" : "";
        return entry.map(done -> "complete " + done.finishedAt()).orElse("not finished") + tries;
    }

    boolean hasStages() {
        return !stages().isEmpty();
    }

    /** What the stages used; of a setting that they had different values of, each value with its stages. */
    List<NamedValue> settings() {
        return model.run().map(ReportPage::settings).orElse(List.of());
    }

    private static List<NamedValue> settings(RunRecord run) {
        List<NamedValue> entries = new ArrayList<>();
        run.usedSettings().forEach((key, used) -> {
            Map<String, List<String>> stages = new LinkedHashMap<>();
            run.stages().forEach((stage, entry) -> {
                if (stage != StageName.REPORT && entry.settings().containsKey(key)) {
                    stages.computeIfAbsent(NumberText.setting(entry.settings().get(key)), value -> new ArrayList<>())
                            .add(stage.text());
                }
            });
            entries.add(new NamedValue(key, stages.size() < 2 ? NumberText.setting(used) : byStage(stages)));
        });
        return entries;
    }

    private static String byStage(Map<String, List<String>> stages) {
        return stages.entrySet().stream()
                .map(value -> value.getKey() + " (" + String.join(", ", value.getValue()) + ")")
                .collect(Collectors.joining("; "));
    }

    boolean hasSettings() {
        return !settings().isEmpty();
    }

    List<NamedValue> versions() {
        if (model.run().isEmpty()) {
            return List.of();
        }
        Versions versions = model.run().get().versions();
        List<NamedValue> entries = new ArrayList<>();
        add("PURE on Spark", versions.project(), entries);
        add("Spark", versions.spark(), entries);
        add("Java", versions.java(), entries);
        add("ND4J", versions.nd4j(), entries);
        return entries;
    }

    private static void add(String part, String version, List<NamedValue> entries) {
        if (version != null) {
            entries.add(new NamedValue(part, version));
        }
    }

    boolean hasVersions() {
        return !versions().isEmpty();
    }

    List<InputRows> inputs() {
        List<InputRows> rows = new ArrayList<>();
        model.run().ifPresent(run -> run.inputs().forEach((name, input) -> rows.add(rows(name, input))));
        return rows;
    }

    private static InputRows rows(String name, InputFingerprint input) {
        List<FileRow> files = input.files().stream().map(ReportPage::row).toList();
        return files.isEmpty()
                ? new InputRows(name, input.address(), 1, new FileRow("no files", "", ""), List.of())
                : new InputRows(name, input.address(), files.size(), files.get(0), files.subList(1, files.size()));
    }

    private static FileRow row(FileFingerprint file) {
        return new FileRow(file.name(), Long.toString(file.size()), file.sha256());
    }

    boolean hasInputs() {
        return !inputs().isEmpty();
    }

    private static String cssPercent(double part, double whole) {
        return whole > 0 ? Math.round(100 * part / whole) + "%" : "0%";
    }
}
