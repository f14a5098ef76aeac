// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.Objects;
import java.util.Optional;
import org.purespark.checkpoint.ModelAddress;

/**
 * What is to be examined.
 *
 * @param model the suspect
 * @param cleanModel address of the clean encoder that it was made from; null if it is not known
 * @param test address of clean labelled texts
 */
public record VetTarget(ModelAddress model, String cleanModel, String test) {
    public VetTarget {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(test, "test");
    }

    Optional<String> clean() {
        return Optional.ofNullable(cleanModel);
    }
}
