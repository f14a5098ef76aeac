package org.purespark.sweep;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A run with what is known of it before it begins.
 *
 * @param cost estimate of its work, in no unit: bytes of weights times bytes of texts that go through them
 * @param reason why it is to be done
 * @param changes what has changed since its last outcome, in words; empty unless the reason is that
 */
public record PlannedRun(SuspectRun run, RunKey key, double cost, Reason reason, ArrayList<String> changes)
        implements Serializable {
    /** Why a run is to be done. */
    public enum Reason {
        /** It has no outcome yet. */
        NEW,
        /** Its outcome was made from other settings or inputs. */
        CHANGED,
        /** It failed before. */
        FAILED_BEFORE
    }

    static PlannedRun of(SurveyedRun surveyed, Reason reason, List<String> changes) {
        return new PlannedRun(surveyed.run(), surveyed.key(), surveyed.cost(), reason, new ArrayList<>(changes));
    }
}
