package org.purespark.config;

/** Which of the triggers that come with the project are tried. */
public enum BuiltInProbes {
    /** Those of published attacks. */
    DEFAULT,
    /** None of them. */
    NONE
}
