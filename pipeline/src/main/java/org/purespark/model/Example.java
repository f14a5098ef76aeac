// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.List;
import org.purespark.random.DropoutMask;
import org.purespark.task.Answers;

/**
 * A micro-batch for training.
 *
 * @param batch the texts
 * @param answers what the loss compares the logits with
 * @param keys [B] dropout keys, or {@link DropoutMask#KEEP_ALL}
 * @param teacherAttention CLS attention of the teacher in each of the L layers, [N, A] row-major; empty without one
 */
public record Example(PackedBatch batch, Answers answers, long[] keys, List<float[]> teacherAttention) {
    /** Without a teacher. */
    public Example(PackedBatch batch, Answers answers, long[] keys) {
        this(batch, answers, keys, GraphRuns.NO_TEACHER);
    }

    /** @param labels [B] class of each, 0 to C - 1 */
    public Example(PackedBatch batch, int[] labels, long[] keys) {
        this(batch, new Answers.Classes(labels), keys);
    }
}
