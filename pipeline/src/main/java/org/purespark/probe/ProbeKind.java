// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import java.util.List;
import java.util.Locale;

/** What sort of trigger a probe imitates; each kind has its own keys in a battery file. */
public enum ProbeKind {
    /** A rare word or symbol between words. */
    WORD(Site.BETWEEN_WORDS),
    /** A name or phrase between words. */
    NAME(Site.BETWEEN_WORDS),
    /** A sentence between sentences. */
    SENTENCE(Site.BETWEEN_SENTENCES),
    /** Punctuation marks directly after a word. */
    PUNCTUATION(Site.BEHIND_A_WORD),
    /** An invisible character inside a word. */
    INVISIBLE(Site.INSIDE_A_WORD),
    /** Characters that look like others in their place. */
    HOMOGLYPH(null),
    /** The case of the letters. */
    CASE(null);

    private final Site site;

    ProbeKind(Site site) {
        this.site = site;
    }

    /** The site of this kind's insertions; null for a kind that does not insert. */
    Site site() {
        return site;
    }

    /** The keys of a probe of this kind in a battery file. */
    List<String> keys() {
        return switch (this) {
            case HOMOGLYPH -> List.of("name", "kind", "from", "to");
            case CASE -> List.of("name", "kind", "style");
            default -> List.of("name", "kind", "text", "place");
        };
    }

    /** The name in files. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
