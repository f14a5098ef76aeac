// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model that a calibration is made with.
 *
 * @param name of the model
 * @param shape what it is like
 * @param backdoored whether it is known to be
 * @param attack name of the attack that made it; null for a clean model
 * @param figures that vetting has measured, by name of the signal
 */
public record Member(
        String name, ModelShape shape, boolean backdoored, String attack, SortedMap<String, Double> figures) {
    public Member {
        Field.that(name != null && !name.isBlank(), "members.name is missing");
        Field.that(shape != null, "members.shape is null");
        Field.that(
                backdoored == (attack != null && !attack.isBlank()),
                "members.attack of " + name + " is " + attack + ", and backdoored is " + backdoored
                        + ": a backdoored model has an attack, a clean one has null");
        Field.that(figures != null, "members.figures is null");
        figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
        figures.forEach((signal, value) -> {
            Field.that(value != null, "members.figures." + signal + " is null");
            Field.finite("members.figures." + signal, value);
        });
    }
}
