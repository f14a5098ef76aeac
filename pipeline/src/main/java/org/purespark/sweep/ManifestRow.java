// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A row of a manifest, in any format.
 *
 * @param place file and row, for messages
 * @param fields by name
 */
record ManifestRow(String place, ObjectNode fields) {}
