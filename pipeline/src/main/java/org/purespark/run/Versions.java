// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.Serializable;

/**
 * The versions of the programs that a run is made with.
 *
 * @param project version of this project
 * @param spark version of Spark, or null if it was not used
 * @param java version of the virtual machine
 * @param nd4j version of ND4J, or null if it was not used
 */
public record Versions(String project, String spark, String java, String nd4j) implements Serializable {
    /** With the version of the running virtual machine. */
    public static Versions of(String project, String spark, String nd4j) {
        return new Versions(project, spark, System.getProperty("java.version"), nd4j);
    }
}
