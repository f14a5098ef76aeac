// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.List;
import java.util.Locale;
import org.purespark.report.ConsoleTable;
import org.purespark.report.ConsoleTable.Align;
import org.purespark.report.ConsoleTable.Column;

/** A report for a terminal. */
public final class VetText {
    private static final List<Column> FINDINGS = List.of(
            new Column("turned to", Align.LEFT),
            new Column("trigger", Align.LEFT),
            new Column("at", Align.LEFT),
            new Column("turned", Align.RIGHT),
            new Column("95 %", Align.RIGHT),
            new Column("without it", Align.RIGHT),
            new Column("texts", Align.RIGHT),
            new Column("level", Align.LEFT));

    private static final List<Column> SIGNALS = List.of(
            new Column("signal", Align.LEFT),
            new Column("figure", Align.RIGHT),
            new Column("threshold", Align.RIGHT),
            new Column("fires", Align.LEFT));

    private VetText() {}

    /** Findings, signals and the verdict; each line ends with a line feed. */
    public static String of(VetReport report) {
        StringBuilder text = new StringBuilder();
        if (!report.findings().isEmpty()) {
            text.append(ConsoleTable.of(
                            FINDINGS,
                            report.findings().stream().map(VetText::row).toList()))
                    .append('\n');
        }
        text.append(ConsoleTable.of(
                        SIGNALS, report.signals().stream().map(VetText::row).toList()))
                .append('\n');
        text.append(report.verdict().spelling()).append(": ").append(report.reason());
        if (report.confidence() != null) {
            text.append(String.format(
                    Locale.ROOT,
                    "\n%.0f %% of the calibration's models are put right when they are left out of it",
                    100 * report.confidence()));
        }
        return text.append(String.format(Locale.ROOT, "%n%d texts, %.1f seconds%n", report.texts(), report.seconds()))
                .toString();
    }

    private static List<String> row(VetFinding finding) {
        return List.of(
                finding.target(),
                finding.trigger(),
                finding.position(),
                share(finding.rateWith()),
                share(finding.interval().low()) + " to "
                        + share(finding.interval().high()),
                share(finding.rateWithout()),
                Integer.toString(finding.texts()),
                finding.level().spelling());
    }

    private static List<String> row(VetSignal signal) {
        return List.of(
                signal.name(),
                share(signal.value()),
                signal.threshold() == null ? "none" : share(signal.threshold()),
                signal.fires() ? "yes" : "");
    }

    private static String share(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
