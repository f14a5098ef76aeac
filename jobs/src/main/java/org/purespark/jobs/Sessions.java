// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Makes Spark sessions for the commands; the master and all other options come from {@code spark-submit}. */
final class Sessions {
    private static final String PLUGINS = "spark.plugins";
    private static final String REDACTION = "spark.redaction.regex";

    /** Names that Spark itself hides, and S3A's other names of keys. */
    private static final String SECRETS = "(?i)secret|password|token|access[.]?key|encryption[.]key|credential";

    private Sessions() {}

    /**
     * Starts Spark, or uses the session that runs in this JVM.
     *
     * @param name of the application on Spark's pages
     */
    static SparkSession open(String name) {
        SparkConf conf = new SparkConf().setAppName(name);
        conf.set(PLUGINS, withPlugin(conf.get(PLUGINS, "")));
        conf.setIfMissing(REDACTION, SECRETS);
        return SparkSession.builder().config(conf).getOrCreate();
    }

    /** Adds the plugin to the user's own plugins. */
    private static String withPlugin(String plugins) {
        String own = NativePlugin.class.getName();
        return plugins.isBlank() ? own : plugins + "," + own;
    }
}
