package org.purespark.purify;

import org.purespark.run.StageNeeds;

/** Inputs that several stages share. */
final class Needs {
    private Needs() {}

    /** The suspect and the train texts; where no validation file is given, train is what is left of it. */
    static StageNeeds ofTraining(StageNeeds needs, Workshop shop) {
        StageNeeds all = ofSuspect(needs, shop).withInputs(Inputs.TRAIN);
        return all.withOption("validation", shop.inputs().validation() == null ? "held out of train" : "given");
    }

    static StageNeeds ofSuspect(StageNeeds needs, Workshop shop) {
        StageNeeds all = needs.withInputs(Inputs.MODEL);
        return shop.inputs().classifier() == null ? all : all.withInputs(Inputs.CLASSIFIER);
    }

    /** The validation texts, from wherever they come. */
    static StageNeeds ofValidation(StageNeeds needs, Workshop shop) {
        return shop.inputs().validation() != null
                ? needs.withInputs(Inputs.VALIDATION)
                : needs.withInputs(Inputs.TRAIN);
    }
}
