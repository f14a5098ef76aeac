// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import org.apache.spark.sql.SparkSession;

/** Spark in this JVM, for tests. */
public final class LocalSession {
    private LocalSession() {}

    /**
     * A session with two cores; whoever opens it stops it. Queries are interpreted: they are so short that compiling
     * them takes longer than running them.
     */
    public static SparkSession open(String name) {
        return SparkSession.builder()
                .master("local[2]")
                .appName(name)
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.sql.codegen.wholeStage", "false")
                .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate();
    }
}
