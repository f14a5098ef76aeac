// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * Which head a model has, by the class that {@code config.json} declares and by the tensors that are there. A sequence
 * classifier is what is declared, or what the tensors are where another class is declared, or none; in that case it is
 * said. A contradiction is refused.
 *
 * @param head the head
 * @param notice what a person should know of the decision
 */
record HeadDecision(Head head, Optional<String> notice) {
    /** What stands on the encoder. */
    enum Head {
        /** The family's sequence classifier. */
        SEQUENCE,
        /** A projection of each token's last hidden state, of which the first token's is used. */
        TOKENS,
        /** Nothing that classifies. */
        NONE
    }

    /** Where the last projection is. */
    enum Projection {
        IN_WEIGHTS,
        /** In a file that is given beside them; what the weights have is not used. */
        IN_ITS_OWN_FILE
    }

    /**
     * @param architectures names of classes in {@code config.json}
     * @param tensors names of the tensors in the weights; empty if they are not known
     * @param place address of {@code config.json}, for messages
     * @throws InputException if tensors and declared class contradict each other
     */
    static HeadDecision of(
            Family family,
            List<String> architectures,
            Collection<String> tensors,
            Projection projectionPlace,
            String place) {
        if (architectures.stream().anyMatch(name -> name.endsWith(ConfigKeys.SEQUENCE_CLASSIFICATION))) {
            return new HeadDecision(Head.SEQUENCE, Optional.empty());
        }
        SequenceHead head = family.sequenceHead();
        Set<String> names = tensors.stream()
                .map(name -> name.startsWith("module.") ? name.substring("module.".length()) : name)
                .collect(Collectors.toSet());
        String dense = head.dense() + ".weight";
        String projection = head.projection() + ".weight";
        boolean isComplete = names.contains(dense) && names.contains(projection);
        String found = "the tensors " + dense + " and " + projection;
        String sequence = family.className(ConfigKeys.SEQUENCE_CLASSIFICATION);
        // The classes for sequences and for tokens then have the same tensors.
        boolean bothHaveDense = !family.besideLinearClassifier().isEmpty();
        if (architectures.stream().anyMatch(name -> name.endsWith(ConfigKeys.TOKEN_CLASSIFICATION))) {
            if (isComplete && !bothHaveDense) {
                throw new InputException("cannot use " + place + ": \"architectures\" is "
                        + Shown.list(architectures) + ", but " + found + " are those of " + sequence
                        + "; write the class there that the model is of");
            }
            return new HeadDecision(Head.TOKENS, Optional.empty());
        }
        String declared = architectures.isEmpty()
                ? "has no \"architectures\""
                : "names " + Shown.list(architectures) + " under \"architectures\"";
        if (isComplete) {
            return new HeadDecision(
                    Head.SEQUENCE,
                    Optional.of(place + " " + declared + "; " + found + " are those of " + sequence
                            + ", which the model is taken for"));
        }
        if (names.contains(projection) && projectionPlace == Projection.IN_WEIGHTS) {
            throw new InputException("cannot use " + place + ": it " + declared + ", and there is " + projection
                    + " without " + dense + ": it is not known what reads the encoder; "
                    + (bothHaveDense
                            ? "give it with --classifier, as a file of its own,"
                            : "write \"architectures\": [\"" + family.className(ConfigKeys.TOKEN_CLASSIFICATION)
                                    + "\"]")
                    + " if it reads the first token's last hidden state");
        }
        return new HeadDecision(Head.NONE, Optional.empty());
    }
}
