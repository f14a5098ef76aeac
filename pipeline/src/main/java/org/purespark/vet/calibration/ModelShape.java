// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

/**
 * What makes two classifiers alike for a calibration.
 *
 * @param family {@code model_type} of {@code config.json}
 * @param layers L
 * @param hidden D
 * @param classes C
 */
public record ModelShape(String family, int layers, int hidden, int classes) {
    public ModelShape {
        Field.that(family != null && !family.isBlank(), "family is missing");
        Field.that(layers >= 1, "layers is " + layers + ", expected 1 or more");
        Field.that(hidden >= 1, "hidden is " + hidden + ", expected 1 or more");
        Field.that(classes >= 2, "classes is " + classes + ", expected 2 or more");
    }

    /** For messages. */
    public String inWords() {
        return family + " with " + layers + " layers of width " + hidden + " and " + classes + " classes";
    }
}
