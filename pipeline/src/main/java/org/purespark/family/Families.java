// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The families that are read and written. */
public final class Families {
    public static final List<Family> ALL = List.of(
            new Bert(),
            new Roberta(),
            new DistilBert(),
            new Electra(),
            new XlmRoberta(),
            new Camembert(),
            new Mpnet(),
            new Albert(),
            new ModernBert(),
            new DebertaV2());

    private Families() {}

    public static Optional<Family> ofModelType(String modelType) {
        return ALL.stream()
                .filter(family -> family.modelType().equals(modelType))
                .findFirst();
    }

    /** For messages. */
    static String knownModelTypes() {
        return ALL.stream().map(Family::modelType).collect(Collectors.joining(", "));
    }
}
