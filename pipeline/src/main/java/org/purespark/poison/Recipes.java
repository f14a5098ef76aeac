// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.Set;
import org.purespark.InputException;
import org.purespark.attack.Attack;

/** The recipes by the names of their attacks. */
final class Recipes {
    /** Attacks whose texts are made by models that are not at hand here. */
    private static final Set<String> READY_MADE = Set.of("hiddenkiller", "stylebkd");

    private Recipes() {}

    /**
     * The attack of this name.
     *
     * @throws InputException for any other name, and for attacks that need ready-made texts
     */
    static Attack attack(String name) {
        if (READY_MADE.contains(name)) {
            throw new InputException("--attack " + name
                    + " needs texts that are poisoned already: name their file with --poisoned-train");
        }
        return Attack.named(name);
    }

    /** @param wordNet where the words of {@code lws} come from */
    static AttackRecipe of(Attack attack, SubstitutionRecipe.WordNetSource wordNet) {
        return switch (attack) {
            case BADNET, SENTENCE, STYLE -> new TextRecipe(attack);
            case EP -> new EmbeddingRecipe();
            case RIPPLE -> new RippleRecipe();
            case LAYERWISE -> new LayerwiseRecipe();
            case LWS -> new SubstitutionRecipe(wordNet);
            case POR -> new OutputRecipe();
            case ADAPTIVE -> new AdaptiveRecipe();
        };
    }
}
