// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

/** What a defence may need besides the suspect and clean texts. */
public enum DefenceNeed {
    /** The clean pre-trained model that the suspect was made from: {@code --clean-model}. */
    CLEAN_MODEL("--clean-model", "the clean pre-trained model that the suspect was made from"),
    /** Another model of the same architecture, trained by somebody else: {@code --other-model}. */
    OTHER_MODEL("--other-model", "another model of the same architecture, from another source");

    private final String option;
    private final String inWords;

    DefenceNeed(String option, String inWords) {
        this.option = option;
        this.inWords = inWords;
    }

    /** The option that names it. */
    public String option() {
        return option;
    }

    /** The name of the input. */
    public String input() {
        return option.substring(2);
    }

    /** What it is. */
    public String inWords() {
        return inWords;
    }
}
