// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

/**
 * A small text file as it was when it was read.
 *
 * @param content all of it, as UTF-8
 * @param modifiedMillis time of the last change by the store's clock, in milliseconds since 1970
 * @param tag the store's name for this content (an ETag), or null if the store has none
 */
public record FileVersion(String content, long modifiedMillis, String tag) {}
