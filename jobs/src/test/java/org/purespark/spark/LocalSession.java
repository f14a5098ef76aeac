// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import org.apache.spark.sql.SparkSession;

/** Spark in this JVM, for tests. */
public final class LocalSession {
    private LocalSession() {}

    /** A session with two cores; whoever opens it stops it. */
    public static SparkSession open(String name) {
        return SparkSession.builder()
                .master("local[2]")
                .appName(name)
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .getOrCreate();
    }
}
