// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** A constant that is not written as its name in files of settings. */
interface Spelt {
    /** How it is written. */
    String spelling();
}
