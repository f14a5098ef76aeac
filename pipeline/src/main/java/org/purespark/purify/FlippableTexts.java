// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.purespark.batch.EncodedSplit;
import org.purespark.task.Task;

/** Whether texts can tell of an attack on a target, known from their labels before anything is measured. */
final class FlippableTexts {
    private FlippableTexts() {}

    /**
     * What cannot be measured with these texts, one sentence each; none without a target or without triggered texts.
     *
     * @param given the target and the addresses that the sentences name
     */
    static List<String> warnings(Inputs given, CleanData data) {
        if (given.target().isEmpty() || data.poisonedTest() == null) {
            return List.of();
        }
        String target = given.target().get();
        OptionalInt number = data.target(target);
        List<String> warnings = new ArrayList<>();
        if (none(data.poisonedTest().encoded(), data.task(), number)) {
            warnings.add("--poisoned-test " + given.poisonedTest().orElseThrow() + ": none of its "
                    + data.poisonedTest().encoded().size() + " texts can be flipped to the target " + target
                    + ", so no label-flip rate will be measured, and nothing can be said of an attack: give triggered"
                    + " texts of other classes with their true labels, or another --target");
        }
        if (data.test() != null && none(data.test().encoded(), data.task(), number)) {
            warnings.add("--" + (given.test().isPresent() ? Inputs.TEST : Inputs.VALIDATION) + ": none of the "
                    + data.test().encoded().size() + " clean texts can be flipped to the target " + target
                    + ", so the control will not be measured, and no attack counts as broken: add clean texts of other"
                    + " classes");
        }
        return warnings;
    }

    private static boolean none(EncodedSplit texts, Task task, OptionalInt target) {
        if (target.isEmpty() || task instanceof Task.Score) {
            return false;
        }
        for (int text = 0; text < texts.size(); text++) {
            if (flippable(texts, text, task, target.getAsInt())) {
                return false;
            }
        }
        return true;
    }

    /** With many labels a target is 2·label for one that is given, 2·label + 1 for one that is taken. */
    private static boolean flippable(EncodedSplit texts, int text, Task task, int target) {
        if (task instanceof Task.OneLabel) {
            return texts.label(text) != target;
        }
        boolean has = texts.answers(new int[] {text}).of(0, target / 2) != 0;
        return has == (target % 2 == 1);
    }
}
