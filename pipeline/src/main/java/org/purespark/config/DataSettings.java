// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * How the user's texts are read and split.
 *
 * @param validationShare share of the training texts that is held out if there is no validation file, (0, 0.5]
 * @param trainShare share of the training texts that is used, (0, 1]
 * @param maxRows most texts of one file or Parquet directory, 1 to 2,000,000,000
 * @param maxTextMegabytes most megabytes (10^6 bytes) that the texts of one file take in memory, 1 to 1,000,000
 * @param delimiter what separates the fields of CSV
 */
public record DataSettings(
        @Allowed("(0, 0.5]") double validationShare,
        @Allowed("(0, 1]") double trainShare,
        @ResultNeutral @Allowed("[1, 2000000000]") int maxRows,
        @ResultNeutral @Allowed("[1, 1000000]") int maxTextMegabytes,
        CsvDelimiter delimiter)
        implements Serializable {}
