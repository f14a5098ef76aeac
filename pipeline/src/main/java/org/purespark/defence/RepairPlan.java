// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.heads.Head;

/**
 * What a defence does to a suspect.
 *
 * @param pruned heads that are not used from the first training on
 * @param tunings the trainings, one after the other, at least one; the last one makes the purified model
 * @param facts for the model card: settings and figures by name
 */
public record RepairPlan(SortedSet<Head> pruned, List<Tuning> tunings, SortedMap<String, String> facts) {
    public RepairPlan {
        pruned = Collections.unmodifiableSortedSet(new TreeSet<>(pruned));
        tunings = List.copyOf(tunings);
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
        if (tunings.isEmpty()) {
            throw new IllegalArgumentException("a repair without a training");
        }
        if (tunings.get(0).origin() == Tuning.Origin.PREVIOUS) {
            throw new IllegalArgumentException("there is no training before the first one");
        }
    }

    /** A single training, no head pruned. */
    public static RepairPlan of(Tuning tuning, SortedMap<String, String> facts) {
        return new RepairPlan(new TreeSet<>(), List.of(tuning), facts);
    }
}
