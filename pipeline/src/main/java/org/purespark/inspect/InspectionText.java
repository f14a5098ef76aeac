// SPDX-License-Identifier: Apache-2.0
package org.purespark.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.purespark.Shown;
import org.purespark.inspect.InspectionReport.AdapterFacts;
import org.purespark.inspect.InspectionReport.ArchitectureFacts;
import org.purespark.inspect.InspectionReport.FileFacts;
import org.purespark.inspect.InspectionReport.Finding;
import org.purespark.inspect.InspectionReport.PickleFacts;
import org.purespark.inspect.InspectionReport.RowFacts;
import org.purespark.inspect.InspectionReport.TensorFacts;
import org.purespark.inspect.InspectionReport.TokenizerFacts;
import org.purespark.inspect.InspectionReport.Verdict;
import org.purespark.report.ConsoleTable;

/** An inspection for a person: the verdict, what was found, the sizes, and the files. */
public final class InspectionText {
    private final InspectionReport report;
    private final StringJoiner text = new StringJoiner("\n");

    private InspectionText(InspectionReport report) {
        this.report = report;
    }

    public static String of(InspectionReport report) {
        return new InspectionText(report).render();
    }

    private String render() {
        text.add(Shown.of(report.model()) + ": " + (report.verdict() == Verdict.ACCEPTED ? "accepted" : "refused"));
        for (Finding finding : report.findings()) {
            text.add("  " + finding.severity().name().toLowerCase(Locale.ROOT) + ": "
                    + Shown.oneLine(finding.message()));
        }
        text.add("");
        if (report.architecture() != null) {
            architecture(report.architecture());
        }
        if (report.adapter() != null) {
            adapter(report.adapter());
        }
        weights();
        if (report.tokenizer() != null) {
            tokenizer(report.tokenizer());
        }
        report.pickles().forEach(this::pickle);
        text.add("").add(files("file", report.files()));
        if (report.adapter() != null) {
            text.add("").add(files("file of the base model", report.adapter().baseFiles()));
        }
        return text.toString();
    }

    private void architecture(ArchitectureFacts facts) {
        text.add("model       " + facts.family() + " as " + facts.modelClass() + ": " + facts.layers() + " layers of "
                + facts.heads() + " heads, hidden " + facts.hidden() + ", intermediate " + facts.intermediate()
                + ", vocabulary " + facts.vocabulary() + ", positions " + facts.positions());
        text.add("classes     " + (facts.labels().isEmpty() ? "none" : Shown.list(facts.labels())));
        if (facts.task() != null) {
            text.add("task        " + facts.task());
        }
        if (facts.prunedHeads() > 0) {
            text.add("pruned      " + facts.prunedHeads() + " heads by config.json");
        }
    }

    private void weights() {
        Map<String, Integer> types = new TreeMap<>();
        report.weights().tensors().forEach(tensor -> types.merge(tensor.type(), 1, Integer::sum));
        List<String> counts = new ArrayList<>();
        types.forEach((type, count) -> counts.add(count + " " + type));
        text.add("weights     " + report.weights().parameters() + " parameters; "
                + report.weights().tensors().size() + " tensors (" + String.join(", ", counts) + ") in "
                + Shown.list(report.weights().files()));
        for (TensorFacts tensor : report.weights().tensors()) {
            if (tensor.nan() != null && tensor.nan() + tensor.infinite() > 0) {
                text.add("            " + Shown.of(tensor.name()) + ": " + tensor.nan() + " NaN, " + tensor.infinite()
                        + " infinite");
            }
            for (RowFacts row : tensor.oddRows()) {
                text.add(String.format(
                        Locale.ROOT,
                        "odd row     %s row %d%s: norm %.3g, the median is %.3g (%+.0f deviations)",
                        Shown.of(tensor.name()),
                        row.row(),
                        row.token() == null ? "" : " (" + Shown.of(row.token()) + ")",
                        row.norm(),
                        row.medianNorm(),
                        row.deviations()));
            }
        }
    }

    private void adapter(AdapterFacts facts) {
        text.add("adapter     LoRA of rank " + facts.rank() + ", alpha " + facts.alpha() + ", on " + facts.changed()
                + " modules; " + facts.whole() + " tensors of its own");
        text.add("base model  " + Shown.of(facts.base()));
    }

    private void tokenizer(TokenizerFacts facts) {
        text.add("tokenizer   " + facts.kind() + ", " + facts.tokens() + " tokens, largest id " + facts.largestId()
                + ", padding " + facts.padId());
        text.add("pairs       " + (facts.pairs() == null ? "refused" : Shown.of(facts.pairs())));
    }

    private void pickle(PickleFacts facts) {
        text.add("pickle      " + Shown.of(facts.file()) + ": "
                + (facts.others().isEmpty() ? "plain weights" : "runs " + Shown.list(facts.others()))
                + (facts.readable() ? "" : "; not all of it could be looked at"));
    }

    private static String files(String heading, List<FileFacts> files) {
        List<ConsoleTable.Column> columns = List.of(
                new ConsoleTable.Column(heading, ConsoleTable.Align.LEFT),
                new ConsoleTable.Column("bytes", ConsoleTable.Align.RIGHT),
                new ConsoleTable.Column("sha256", ConsoleTable.Align.LEFT));
        List<List<String>> rows = new ArrayList<>();
        for (FileFacts file : files) {
            rows.add(List.of(file.name(), String.valueOf(file.bytes()), file.sha256()));
        }
        return ConsoleTable.of(columns, rows).stripTrailing();
    }
}
