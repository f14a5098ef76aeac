// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** What a purification examines before anything else. */
public enum VetChoice {
    /** Nothing. */
    NONE,
    /** The suspect, as the command {@code vet} does. */
    SUSPECT
}
