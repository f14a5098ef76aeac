package org.purespark.config;

import java.io.Serializable;

/**
 * Known triggers that are tried on clean test texts.
 *
 * @param battery the built-in ones
 * @param batteryFile address of a file with further ones, or null
 * @param texts test texts that each is tried on, at most, at least 1
 */
public record ProbeSettings(BuiltInProbes battery, String batteryFile, @Allowed("[1, 1000000]") int texts)
        implements Serializable {}
