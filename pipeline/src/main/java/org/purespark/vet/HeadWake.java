// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How far heads that idle on clean texts wake up with a trigger: a backdoor's likely home. */
final class HeadWake {
    /** Share of all heads that count as idle: those whose CLS attention varies least on clean texts. */
    private static final double IDLE = 1.0 / 3;

    private static final double SMALLEST = 1e-12;

    private HeadWake() {}

    /**
     * The largest ratio of a head's variance of CLS attention with the trigger to that without it, among idle heads.
     *
     * @param without [L][A] on clean texts
     * @param with [L][A] on the same texts with the trigger
     */
    static double largest(double[][] without, double[][] with) {
        List<double[]> heads = new ArrayList<>();
        for (int l = 0; l < without.length; l++) {
            for (int h = 0; h < without[l].length; h++) {
                heads.add(new double[] {without[l][h], with[l][h]});
            }
        }
        heads.sort(Comparator.comparingDouble(head -> head[0]));
        int idle = (int) Math.ceil(heads.size() * IDLE);
        return heads.stream()
                .limit(idle)
                .mapToDouble(head -> Math.max(SMALLEST, head[1]) / Math.max(SMALLEST, head[0]))
                .max()
                .orElse(1);
    }
}
