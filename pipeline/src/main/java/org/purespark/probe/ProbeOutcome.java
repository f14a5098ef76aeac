package org.purespark.probe;

/** What happens to a probe before any model reads it. */
public enum ProbeOutcome {
    /** It changes token ids, and is tried. */
    TRIED,
    /** No text's token ids change: the tokenizer removes it, or it occurs in no text. */
    NO_EFFECT,
    /** What it inserts takes more than half of the longest text that the model reads. */
    TOO_LONG
}
