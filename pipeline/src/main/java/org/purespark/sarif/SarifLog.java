// SPDX-License-Identifier: Apache-2.0
package org.purespark.sarif;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.Sha256;
import org.purespark.vet.VetFinding;
import org.purespark.vet.VetLevel;
import org.purespark.vet.VetReport;
import org.purespark.vet.VetSignal;

/**
 * An examination's report in SARIF 2.1.0, the format of findings that code scanners share: a result for each trigger
 * and class that it turns texts to, and one for each figure beyond its threshold. Texts of the user, which a report has
 * as examples, are left out.
 */
public final class SarifLog {
    /** Rule of the inputs that turn texts; further kinds of findings have {@link #RULES} and their own name. */
    static final String RULES = "pure/";

    /** Rule of figures beyond their threshold. */
    static final String SIGNAL = RULES + "signal";

    private static final String TRIGGER = RULES + VetFinding.TRIGGER_SEARCH;
    private static final String TEXT = "text";

    private final VetReport report;

    private SarifLog(VetReport report) {
        this.report = report;
    }

    /** The report as JSON, indented; the same report gives the same bytes. */
    public static String of(VetReport report) {
        return new SarifLog(report).log().toPrettyString() + "\n";
    }

    private ObjectNode log() {
        ObjectNode log = JsonNodeFactory.instance
                .objectNode()
                .put("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
                .put("version", "2.1.0");
        ObjectNode run = log.putArray("runs").addObject();
        ObjectNode driver =
                run.putObject("tool").putObject("driver").put("name", "pure").put("version", report.version());
        ArrayNode rules = driver.putArray("rules");
        rule(
                TRIGGER,
                "A short input turns texts to a class",
                "A short input, found by a search through the vocabulary, turns texts to one class. Backdoors do this;"
                        + " so do some words in clean models, which the calibration tells apart.",
                rules);
        rule(
                SIGNAL,
                "A figure of the model is out of line with clean models",
                "A figure of the model is at or beyond the threshold of the calibration.",
                rules);
        report.findings().stream()
                .map(finding -> RULES + finding.kind())
                .filter(id -> !id.equals(TRIGGER))
                .distinct()
                .forEach(id -> rule(id, "Texts are turned to a class", "Texts are turned to one class.", rules));
        run.putObject("automationDetails").put("id", "pure/vet/");
        ObjectNode artifact = run.putArray("artifacts").addObject();
        artifact.putObject("location").put("uri", modelUri());
        artifact.putObject("hashes").put("sha-256", report.subject().digest().replaceFirst("^sha256:", ""));
        ArrayNode results = run.putArray("results");
        report.findings().forEach(finding -> finding(finding, results.addObject()));
        report.signals().stream().filter(VetSignal::fires).forEach(signal -> signal(signal, results.addObject()));
        ObjectNode properties = run.putObject("properties")
                .put("verdict", report.verdict().spelling())
                .put("confidence", report.confidence())
                .put("reason", report.reason())
                .put("texts", report.texts())
                .put("seed", report.seed());
        if (report.calibration() != null) {
            properties.put(
                    "calibration",
                    report.calibration().name() + " " + report.calibration().version());
        }
        return log;
    }

    private static void rule(String id, String summary, String description, ArrayNode rules) {
        ObjectNode rule = rules.addObject().put("id", id);
        rule.putObject("shortDescription").put(TEXT, summary);
        rule.putObject("fullDescription").put(TEXT, description);
    }

    private void finding(VetFinding finding, ObjectNode result) {
        result.put("ruleId", RULES + finding.kind()).put("level", level(finding.level()));
        String texts = finding.source() == null ? "texts" : "texts of the class '" + Shown.of(finding.source()) + "'";
        result.putObject("message")
                .put(
                        TEXT,
                        String.format(
                                Locale.ROOT,
                                "'%s' at the %s of a text turns %s to the class '%s': %.3f of %d texts with it (95 %%"
                                        + " interval %.3f to %.3f), %.3f without it.",
                                Shown.of(finding.trigger()),
                                finding.position(),
                                texts,
                                Shown.of(finding.target()),
                                finding.rateWith(),
                                finding.texts(),
                                finding.interval().low(),
                                finding.interval().high(),
                                finding.rateWithout()));
        location(result);
        fingerprint(
                "triggerAndClass/v1",
                result,
                finding.kind(),
                finding.target(),
                String.valueOf(finding.source()),
                finding.trigger(),
                finding.position());
        result.put("rank", Math.max(0, 100 * (finding.rateWith() - finding.rateWithout())));
        ObjectNode properties = result.putObject("properties")
                .put("target", finding.target())
                .put("source", finding.source())
                .put("trigger", finding.trigger())
                .put("position", finding.position())
                .put("rateWith", finding.rateWith())
                .put("rateWithout", finding.rateWithout());
        finding.tokens().forEach(properties.putArray("tokens")::add);
    }

    private void signal(VetSignal signal, ObjectNode result) {
        result.put("ruleId", SIGNAL).put("level", "warning");
        result.putObject("message")
                .put(
                        TEXT,
                        signal.name() + " is " + signal.value() + " " + signal.unit() + ", the threshold is "
                                + signal.threshold() + ". " + signal.meaning());
        location(result);
        fingerprint("signal/v1", result, signal.name());
        result.putObject("properties")
                .put("signal", signal.name())
                .put("value", signal.value())
                .put("threshold", signal.threshold());
    }

    private static String level(VetLevel level) {
        return switch (level) {
            case NOTE -> "note";
            case SUSPICIOUS -> "warning";
            case BACKDOORED -> "error";
        };
    }

    private void location(ObjectNode result) {
        result.putArray("locations")
                .addObject()
                .putObject("physicalLocation")
                .putObject("artifactLocation")
                .put("uri", modelUri())
                .put("index", 0);
    }

    /** What stays the same when the examination is made again: no rates in it. */
    private static void fingerprint(String name, ObjectNode result, String... parts) {
        byte[] all = String.join("\n", parts).getBytes(StandardCharsets.UTF_8);
        result.putObject("partialFingerprints").put(name, Sha256.of(all));
    }

    /** The model's address as a URI; a path stays as it was given, with what a URI does not allow escaped. */
    private String modelUri() {
        String address = report.subject().model();
        try {
            if (address.matches("[A-Za-z][A-Za-z0-9+.-]*:/.*")) {
                int colon = address.indexOf(':');
                return new URI(address.substring(0, colon), address.substring(colon + 1), null).toASCIIString();
            }
            boolean looksLikeScheme = address.indexOf(':') >= 0 && !address.startsWith("/");
            return new URI(null, null, looksLikeScheme ? "./" + address : address, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new InputException("the model's address " + Shown.of(address) + " is no URI: " + e.getReason(), e);
        }
    }
}
