// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** Which of the project's own triggers are tried. */
public enum BuiltInProbes {
    /** Those of published attacks. */
    DEFAULT,
    /** None of them. */
    NONE
}
