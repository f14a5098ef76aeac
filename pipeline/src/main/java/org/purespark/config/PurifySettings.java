// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * Which stages a purification has beside those of its defence.
 *
 * @param vet what is examined first
 * @param vetCalibration address of the calibration that gives its figures thresholds, or null
 */
public record PurifySettings(VetChoice vet, String vetCalibration) implements Serializable {}
