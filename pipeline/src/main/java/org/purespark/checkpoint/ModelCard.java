// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A run's description of the model that it exports; the writer adds facts from the checkpoint itself.
 *
 * @param title one line
 * @param summary a paragraph: what the model is and where it comes from
 * @param maxTokens most tokens of a text, for the usage example
 * @param facts rows of a table by their names: settings, figures
 */
public record ModelCard(String title, String summary, int maxTokens, SortedMap<String, String> facts)
        implements Serializable {
    public ModelCard {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
    }

    public static ModelCard of(String title, String summary, int maxTokens, Map<String, String> facts) {
        return new ModelCard(title, summary, maxTokens, new TreeMap<>(facts));
    }
}
