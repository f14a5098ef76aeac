// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import org.purespark.InputException;
import org.purespark.config.Settings;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.storage.Storage;
import org.purespark.task.Task;

/**
 * A suspect with its own classifier, and clean and triggered texts that it answers, read and checked as a whole: for
 * measurements outside of a run directory.
 */
public final class MeasuredSuspect implements AutoCloseable {
    /** The two sets of texts. */
    public enum Texts {
        CLEAN,
        TRIGGERED
    }

    private final CheckedInputs inputs;
    private final ModelPasses passes;

    private MeasuredSuspect(CheckedInputs inputs, ModelPasses passes) {
        this.inputs = inputs;
        this.passes = passes;
    }

    /**
     * @param given with model, test (the clean texts), poisoned test and target
     * @throws InputException if an input is wrong, or the suspect has no classifier for these labels
     */
    public static MeasuredSuspect read(Surroundings surroundings, Settings settings, Inputs given) throws IOException {
        Storage storage = surroundings.storage();
        for (var input : given.given().entrySet()) {
            if (!storage.exists(input.getValue())) {
                throw new InputException("there is no " + input.getValue() + " (" + input.getKey() + ")");
            }
        }
        Inputs inputs = given.withBase(storage);
        String model = inputs.model().orElseThrow();
        CheckedInputs checked = CheckedInputs.read(surroundings, settings, inputs, model);
        if (!checked.suspectClassifies()) {
            checked.close();
            throw new InputException("the model " + model + " has no classifier for the labels of the texts, so nothing"
                    + " can be measured: name one with --classifier, or say with text.labels what the labels mean");
        }
        ModelPasses passes = new ModelPasses(
                surroundings.evaluator(), checked.texts(), settings.evaluate().batchTexts());
        return new MeasuredSuspect(checked, passes);
    }

    /** The suspect, as the user gives it. */
    public ModelSource suspect() {
        return inputs.suspect();
    }

    /** What is answered for a text. */
    public Task task() {
        return inputs.task();
    }

    /** The number of the attack's target. */
    public int target() {
        return inputs.texts().target(inputs.given().target().orElseThrow());
    }

    /** The target's name. */
    public String targetName() {
        return inputs.texts().targets().name(target());
    }

    /** Number of texts. */
    public int size(Texts texts) {
        return inputs.texts().encoded(split(texts)).size();
    }

    /**
     * A pass over the texts.
     *
     * @param label for the display of progress
     * @param model the suspect, or the suspect with changes
     */
    public Evaluator.Pass pass(Texts texts, String label, ModelSource model) {
        return passes.over(split(texts), label, model);
    }

    private static RunTexts.Split split(Texts texts) {
        return switch (texts) {
            case CLEAN -> RunTexts.Split.TEST;
            case TRIGGERED -> RunTexts.Split.POISONED_TEST;
        };
    }

    /** Releases the tokenizer and the texts. */
    @Override
    public void close() {
        inputs.close();
    }
}
