// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import org.purespark.run.StageNeeds;

/** Inputs that several stages share. */
final class Needs {
    private Needs() {}

    /** The suspect and the train texts; without a validation file, train is what is left after holding out. */
    static StageNeeds ofTraining(StageNeeds needs, Inputs given) {
        return ofSuspect(needs, given)
                .withInputs(Inputs.TRAIN)
                .withOption("validation", given.validation().isPresent() ? "given" : "held out of train");
    }

    static StageNeeds ofSuspect(StageNeeds needs, Inputs given) {
        StageNeeds all = needs.withInputs(Inputs.MODEL);
        all = given.classifier().isPresent() ? all.withInputs(Inputs.CLASSIFIER) : all;
        return given.baseModel().isPresent() ? all.withInputs(Inputs.BASE_MODEL) : all;
    }

    /** The validation texts: of their file, or held out. */
    static StageNeeds ofValidation(StageNeeds needs, Inputs given) {
        return needs.withInputs(given.validation().isPresent() ? Inputs.VALIDATION : Inputs.TRAIN);
    }
}
