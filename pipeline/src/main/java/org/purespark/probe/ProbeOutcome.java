package org.purespark.probe;

/** What became of a probe before any model saw it. */
public enum ProbeOutcome {
    /** It changes token ids and is tried. */
    TRIED,
    /** No text's token ids change: the tokenizer removes it, or it occurs in no text. */
    NO_EFFECT,
    /** What it inserts takes more than half of the longest text that the model is given. */
    TOO_LONG
}
