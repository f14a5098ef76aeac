package org.purespark.config;

import java.io.Serializable;

/** How models are written. */
public record ExportSettings(ExportForm form) implements Serializable {}
