package org.purespark.config;

import java.io.Serializable;

/**
 * How the user's texts are split.
 *
 * @param validationShare share of the training texts held out where no validation file is given, (0, 0.5]
 */
public record DataSettings(@Allowed("(0, 0.5]") double validationShare) implements Serializable {}
