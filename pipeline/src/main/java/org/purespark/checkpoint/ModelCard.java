// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.text.TextParts;
import org.purespark.text.TextTokenizer;

/**
 * A run's description of the model that it exports; the writer adds facts from the checkpoint itself.
 *
 * @param title one line
 * @param summary a paragraph: what the model is and where it comes from
 * @param maxTokens most tokens of a text, for the usage example
 * @param texts what is classified, for the usage example
 * @param facts rows of a table by their names: settings, figures
 */
public record ModelCard(String title, String summary, int maxTokens, Texts texts, SortedMap<String, String> facts)
        implements Serializable {
    /** What is classified. */
    public enum Texts {
        SINGLE,
        /** Pairs, with token type 1 for the second text. */
        PAIRS_WITH_TYPES,
        /** Pairs, with token type 0 for both texts. */
        PAIRS_WITHOUT_TYPES;

        /** What texts of this form are that a tokenizer encodes. */
        public static Texts of(TextParts.Form form, TextTokenizer tokenizer) {
            return switch (form) {
                case SINGLE -> SINGLE;
                case PAIR -> tokenizer.givesTypes() ? PAIRS_WITH_TYPES : PAIRS_WITHOUT_TYPES;
            };
        }
    }

    public ModelCard {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
    }

    /** A classifier of single texts. */
    public ModelCard(String title, String summary, int maxTokens, SortedMap<String, String> facts) {
        this(title, summary, maxTokens, Texts.SINGLE, facts);
    }

    public static ModelCard of(String title, String summary, int maxTokens, Map<String, String> facts) {
        return new ModelCard(title, summary, maxTokens, new TreeMap<>(facts));
    }
}
