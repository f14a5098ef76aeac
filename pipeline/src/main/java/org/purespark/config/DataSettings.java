// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * How the user's texts are split.
 *
 * @param validationShare share of the training texts that is held out if there is no validation file, (0, 0.5]
 */
public record DataSettings(@Allowed("(0, 0.5]") double validationShare) implements Serializable {}
