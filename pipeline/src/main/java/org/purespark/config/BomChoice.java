// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** A bill of materials of the purified model. */
public enum BomChoice {
    /** None. */
    NONE,
    /** A machine-learning bill of materials in CycloneDX 1.6, as JSON. */
    CYCLONEDX
}
