// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import java.util.stream.Stream;

/** For tests that hold for each family. */
public final class KnownFamilies {
    private KnownFamilies() {}

    /** Also the names of the golden models' directories. */
    public static Stream<String> modelTypes() {
        return Families.ALL.stream().map(Family::modelType);
    }
}
