// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import java.io.Serializable;

/**
 * One measurement on the way to the prune set, as the search makes it and as {@code pruned-heads.json} holds it.
 *
 * @param pruned number of heads that are pruned at this point
 * @param accuracy validation accuracy without them, 0 to 1
 * @param gaveBack whether this step gives a head back; else it prunes a group, or is f itself
 */
public record PruneStep(int pruned, double accuracy, boolean gaveBack) implements Serializable {
    public PruneStep {
        if (pruned < 0) {
            throw new IllegalArgumentException("steps: pruned is " + pruned + ", expected at least 0");
        }
        if (!(accuracy >= 0 && accuracy <= 1)) {
            throw new IllegalArgumentException("steps: accuracy is " + accuracy + ", expected 0 to 1");
        }
    }
}
