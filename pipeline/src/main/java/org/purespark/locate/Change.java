// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.heads.Head;
import org.purespark.train.WeightChange;

/** One change of the suspect, decided apart from doing. */
sealed interface Change {
    Way way();

    Place place();

    /**
     * Heads that are not used; the weights stay.
     *
     * @param heads at least one
     */
    record ClosedHeads(Place place, SortedSet<Head> heads) implements Change {
        public ClosedHeads {
            heads = Collections.unmodifiableSortedSet(new TreeSet<>(heads));
        }

        @Override
        public Way way() {
            return Way.OFF;
        }
    }

    /** Other weights. */
    record OtherWeights(Way way, Place place, WeightChange change) implements Change {}
}
