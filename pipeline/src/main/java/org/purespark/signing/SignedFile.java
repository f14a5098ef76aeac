// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

/**
 * A file of a model.
 *
 * @param name relative to the model's directory, with slashes
 * @param sha256 of its content, 64 hexadecimal digits
 */
record SignedFile(String name, String sha256) {}
