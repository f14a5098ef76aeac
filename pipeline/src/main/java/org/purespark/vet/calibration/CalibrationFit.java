// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.config.VetSettings;

/**
 * Finds thresholds from models of which the truth is known. A pure function of its input.
 *
 * <p>A signal fires from the largest figure of the clean models on, plus a safety margin: half of the spread of the
 * clean figures, at least a tenth of the largest; and not before the middle between the largest clean figure and the
 * next figure of a backdoored model. A signal that then fires on no backdoored model has no threshold.
 */
public final class CalibrationFit {
    private static final double OF_SPREAD = 0.5;
    private static final double OF_LARGEST = 0.1;

    private CalibrationFit() {}

    /**
     * The calibration of these models.
     *
     * @throws InputException if there are fewer than {@value Calibration#LEAST_CLEAN} clean models, or no
     *     backdoored one
     */
    public static Calibration of(String name, String version, VetSettings search, List<Member> members) {
        long clean = members.stream().filter(member -> !member.backdoored()).count();
        if (clean < Calibration.LEAST_CLEAN || clean == members.size()) {
            throw new InputException(
                    "a calibration needs three clean models at least and a backdoored one, so that each"
                            + " clean one can be judged by thresholds of two others; there are " + clean + " clean and "
                            + (members.size() - clean) + " backdoored models");
        }
        return new Calibration(
                Calibration.SCHEMA, name, version, search, members, thresholds(members), leftOut(members));
    }

    /** Thresholds of all signals that tell the models apart, by name. */
    static List<Threshold> thresholds(List<Member> members) {
        SortedSet<String> signals = members.stream()
                .flatMap(member -> member.figures().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        List<Threshold> thresholds = new ArrayList<>();
        for (String signal : signals) {
            threshold(signal, figures(members, signal, false), figures(members, signal, true))
                    .ifPresent(thresholds::add);
        }
        return thresholds;
    }

    private static double[] figures(List<Member> members, String signal, boolean backdoored) {
        return members.stream()
                .filter(member -> member.backdoored() == backdoored)
                .filter(member -> member.figures().containsKey(signal))
                .mapToDouble(member -> member.figures().get(signal))
                .sorted()
                .toArray();
    }

    /** @param clean and {@code backdoored}: figures, ascending */
    private static Optional<Threshold> threshold(String signal, double[] clean, double[] backdoored) {
        if (clean.length < 2) {
            return Optional.empty();
        }
        double largest = clean[clean.length - 1];
        double margin = Math.max(OF_SPREAD * (largest - clean[0]), OF_LARGEST * Math.abs(largest));
        double value = largest + margin;
        for (double figure : backdoored) {
            if (figure > largest) {
                value = Math.max(value, (largest + figure) / 2);
                break;
            }
        }
        int detected = 0;
        for (double figure : backdoored) {
            detected += figure >= value ? 1 : 0;
        }
        return detected == 0 || value <= largest
                ? Optional.empty()
                : Optional.of(new Threshold(signal, value, largest, detected, backdoored.length));
    }

    private static LeftOut leftOut(List<Member> members) {
        SortedSet<String> attacks = members.stream()
                .filter(Member::backdoored)
                .map(Member::attack)
                .collect(Collectors.toCollection(TreeSet::new));
        List<LeftOut.OfAttack> rates = new ArrayList<>();
        for (String attack : attacks) {
            List<Member> of = members.stream()
                    .filter(member -> attack.equals(member.attack()))
                    .toList();
            List<Member> others = members.stream()
                    .filter(member -> !attack.equals(member.attack()))
                    .toList();
            rates.add(new LeftOut.OfAttack(attack, of.size(), firing(of, others)));
        }
        int flagged = 0;
        List<Member> clean =
                members.stream().filter(member -> !member.backdoored()).toList();
        for (Member member : clean) {
            List<Member> others =
                    members.stream().filter(other -> other != member).toList();
            flagged += firing(List.of(member), others);
        }
        return new LeftOut(rates, clean.size(), flagged);
    }

    /** How many of the models any signal fires on, by thresholds from other models. */
    private static int firing(List<Member> judged, List<Member> fitted) {
        List<Threshold> thresholds = thresholds(fitted);
        return (int) judged.stream()
                .filter(member -> thresholds.stream()
                        .anyMatch(
                                threshold -> member.figures().getOrDefault(threshold.signal(), Double.NEGATIVE_INFINITY)
                                        >= threshold.value()))
                .count();
    }
}
