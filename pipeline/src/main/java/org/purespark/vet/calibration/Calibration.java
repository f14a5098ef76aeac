// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

import java.util.List;
import java.util.Optional;
import org.purespark.config.VetSettings;

/**
 * {@code vet-calibration.json}: where signals fire, and the models from which this is known.
 *
 * @param schema 1
 * @param name of the calibration
 * @param version of the calibration
 * @param search the settings with which all figures were measured; thresholds hold for no others
 * @param members the models, at least {@value #LEAST_CLEAN} clean ones and a backdoored one
 * @param thresholds by signal; a signal that does not tell the members apart has none
 * @param leftOut how the fit does on models that it has not seen
 */
public record Calibration(
        int schema,
        String name,
        String version,
        VetSettings search,
        List<Member> members,
        List<Threshold> thresholds,
        LeftOut leftOut) {
    public static final int SCHEMA = 1;

    /** With fewer clean models, none can be judged by thresholds that are fitted without it. */
    static final int LEAST_CLEAN = 3;

    public Calibration {
        Field.that(schema == SCHEMA, "schema is " + schema + ", expected " + SCHEMA);
        Field.that(name != null && !name.isBlank(), "name is missing");
        Field.that(version != null && !version.isBlank(), "version is missing");
        Field.that(search != null, "search is null");
        members = Field.list("members", members);
        Field.that(
                members.stream().filter(member -> !member.backdoored()).count() >= LEAST_CLEAN
                        && members.stream().anyMatch(Member::backdoored),
                "members has fewer than three clean models, or no backdoored one");
        thresholds = Field.list("thresholds", thresholds);
        Field.that(
                thresholds.stream().map(Threshold::signal).distinct().count() == thresholds.size(),
                "thresholds has a signal twice");
        Field.that(leftOut != null, "leftOut is null");
    }

    /** From where on a signal fires; empty if nobody knows. */
    public Optional<Double> threshold(String signal) {
        return thresholds.stream()
                .filter(threshold -> threshold.signal().equals(signal))
                .map(Threshold::value)
                .findFirst();
    }

    /**
     * Why the thresholds do not hold for a model; empty if they do.
     *
     * @param settings of its search
     */
    public Optional<String> mismatch(ModelShape shape, VetSettings settings) {
        List<ModelShape> known = members.stream().map(Member::shape).distinct().toList();
        if (!known.contains(shape)) {
            return Optional.of("the calibration " + name + " was made with "
                    + String.join(", ", known.stream().map(ModelShape::inWords).toList()) + ", and this model is "
                    + shape.inWords());
        }
        if (!search.equals(settings)) {
            return Optional.of("the calibration " + name + " was made with vet.texts=" + search.texts()
                    + ", vet.budget-texts=" + search.budgetTexts() + " and vet.trigger-tokens="
                    + search.triggerTokens() + ", and this search has other settings");
        }
        if (thresholds.isEmpty()) {
            return Optional.of("the calibration " + name + " has no signal that tells its models apart");
        }
        return Optional.empty();
    }
}
