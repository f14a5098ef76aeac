// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * Known triggers that are tried on clean test texts.
 *
 * @param battery the built-in ones
 * @param batteryFile address of a file with more triggers, or null
 * @param texts the largest number of test texts for each trigger, [1, 1000000]
 */
public record ProbeSettings(BuiltInProbes battery, String batteryFile, @Allowed("[1, 1000000]") int texts)
        implements Serializable {}
