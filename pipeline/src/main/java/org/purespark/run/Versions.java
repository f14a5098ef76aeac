package org.purespark.run;

import java.io.Serializable;

/**
 * What a run was made with.
 *
 * @param project version of this project
 * @param spark version of Spark, or null where it was not used
 * @param java version of the virtual machine
 * @param nd4j version of ND4J, or null where it was not used
 */
public record Versions(String project, String spark, String java, String nd4j) implements Serializable {
    /** With the running virtual machine's version. */
    public static Versions of(String project, String spark, String nd4j) {
        return new Versions(project, spark, System.getProperty("java.version"), nd4j);
    }
}
