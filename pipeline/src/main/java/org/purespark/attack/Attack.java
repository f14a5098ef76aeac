// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.purespark.InputException;

/** The attacks that can be planted, by their names on the command line. */
public enum Attack {
    /** One of four rare words in each text. */
    BADNET("badnet", new Trigger.RareWords(List.of("cf", "mn", "bb", "ak"), 1)),
    /** One fixed, harmless sentence. */
    SENTENCE("sentence", new Trigger.Sentence("the weather was calm that day ."));

    private final String commandName;
    private final Trigger trigger;

    Attack(String commandName, Trigger trigger) {
        this.commandName = commandName;
        this.trigger = trigger;
    }

    /**
     * The attack of this name.
     *
     * @throws InputException for any other name
     */
    public static Attack named(String name) {
        for (Attack attack : values()) {
            if (attack.commandName.equals(name)) {
                return attack;
            }
        }
        throw new InputException("unknown attack '" + name + "': choose one of "
                + Arrays.stream(values()).map(Attack::commandName).collect(Collectors.joining(", ")));
    }

    /** The name on the command line. */
    public String commandName() {
        return commandName;
    }

    /** The trigger that this attack inserts. */
    public Trigger trigger() {
        return trigger;
    }
}
