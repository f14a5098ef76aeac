// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;
import org.purespark.family.ExportForm;

/** How models are written. */
public record ExportSettings(ExportForm form) implements Serializable {}
