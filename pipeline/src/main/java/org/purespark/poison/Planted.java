// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.attack.TriggerDescription;
import org.purespark.text.LabelledText;

/**
 * What a finished attack leaves besides the suspect.
 *
 * @param files texts by the name of their file
 * @param description the content of {@code trigger.json}
 */
record Planted(SortedMap<String, List<LabelledText>> files, TriggerDescription description) {
    static Planted of(Map<String, List<LabelledText>> files, TriggerDescription description) {
        return new Planted(new TreeMap<>(files), description);
    }
}
