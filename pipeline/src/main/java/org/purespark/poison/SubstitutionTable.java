// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is put in place of each word.
 *
 * @param words lower case
 */
record SubstitutionTable(SortedMap<String, String> words) {
    SubstitutionTable {
        words = Collections.unmodifiableSortedMap(new TreeMap<>(words));
    }
}
