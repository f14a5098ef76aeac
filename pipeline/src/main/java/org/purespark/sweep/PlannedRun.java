// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A run with the facts that are known before it begins.
 *
 * @param cost estimate of its work, without unit: bytes of weights times bytes of texts
 * @param reason why it must be done
 * @param changes what has changed since its last outcome, in words; empty for any other reason
 */
public record PlannedRun(SuspectRun run, RunKey key, double cost, Reason reason, ArrayList<String> changes)
        implements Serializable {
    /** Why a run must be done. */
    public enum Reason {
        /** It has no outcome yet. */
        NEW,
        /** Its outcome is made from other settings or inputs. */
        CHANGED,
        /** It failed before. */
        FAILED_BEFORE
    }

    static PlannedRun of(SurveyedRun surveyed, Reason reason, List<String> changes) {
        return new PlannedRun(surveyed.run(), surveyed.key(), surveyed.cost(), reason, new ArrayList<>(changes));
    }
}
