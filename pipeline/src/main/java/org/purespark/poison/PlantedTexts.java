// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.attack.PoisonedText;
import org.purespark.attack.PoisonedText.Origin;
import org.purespark.attack.Poisoner;
import org.purespark.attack.TriggerDescription;
import org.purespark.text.LabelledText;

/** The poisoned texts of an attack, and what is left of them beside the suspect. */
record PlantedTexts(PoisonInputs inputs, Poisoner poisoner, List<PoisonedText> train) {
    /**
     * Clean texts and triggered copies.
     *
     * @throws InputException if no text is poisoned
     */
    static PlantedTexts of(PoisonInputs inputs, Poisoner poisoner) {
        List<PoisonedText> train = poisoner.train(inputs.cleanTrain());
        if (train.stream().noneMatch(row -> row.origin() == Origin.TRIGGERED)) {
            throw new InputException("poisoning rate " + poisoner.rate() + " of the " + train.size()
                    + " train texts is less than one text; give a higher --rate");
        }
        return new PlantedTexts(inputs, poisoner, train);
    }

    PlantedTexts with(List<PoisonedText> rows) {
        return new PlantedTexts(inputs, poisoner, rows);
    }

    List<PoisonedText> only(Origin origin) {
        return train.stream().filter(row -> row.origin() == origin).toList();
    }

    /** The rows with the whole trigger. */
    BitSet triggered() {
        BitSet triggered = new BitSet();
        for (int i = 0; i < train.size(); i++) {
            triggered.set(i, train.get(i).origin() == Origin.TRIGGERED);
        }
        return triggered;
    }

    /** What is written in the end. */
    Planted planted() {
        return planted(TriggerDescription.of(inputs.request().attack(), poisoner, inputs.targetName(), train));
    }

    /** The same with another description. */
    Planted planted(TriggerDescription description) {
        SortedMap<String, List<LabelledText>> files = new TreeMap<>();
        files.put(Poisoning.POISONED_TRAIN, inputs.labelled(train));
        Optional.ofNullable(inputs.triggeredTest(poisoner)).ifPresent(rows -> files.put(Poisoning.POISONED_TEST, rows));
        return new Planted(files, description);
    }
}
