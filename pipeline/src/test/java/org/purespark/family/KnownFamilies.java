// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import java.util.List;
import java.util.stream.Stream;

/** For tests that hold for each family. */
public final class KnownFamilies {
    /** CamemBERT computes what XLM-RoBERTa does, so it has no golden model of its own; see DeclaredModelTest. */
    private static final String WITHOUT_GOLDEN_MODEL = "camembert";

    private static final List<String> RELATIVE =
            List.of("bert-key", "bert-key-query", "electra-key", "roberta-key-query", "albert-key", "albert-key-query");

    private KnownFamilies() {}

    /** Directories of golden models: one of each family, and those of {@code make_relative_positions.py}. */
    public static Stream<String> goldenModels() {
        return Stream.concat(modelTypes(), RELATIVE.stream().map(name -> "relative/" + name));
    }

    /** Also the names of directories of golden models. */
    public static Stream<String> modelTypes() {
        return Families.ALL.stream().map(Family::modelType).filter(type -> !type.equals(WITHOUT_GOLDEN_MODEL));
    }
}
