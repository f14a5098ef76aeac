// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import java.util.stream.Stream;

/** For tests that hold for each family. */
public final class KnownFamilies {
    /** CamemBERT computes what XLM-RoBERTa does, so it has no golden model of its own; see DeclaredModelTest. */
    private static final String WITHOUT_GOLDEN_MODEL = "camembert";

    private KnownFamilies() {}

    /** Also the names of the golden models' directories. */
    public static Stream<String> modelTypes() {
        return Families.ALL.stream().map(Family::modelType).filter(type -> !type.equals(WITHOUT_GOLDEN_MODEL));
    }
}
