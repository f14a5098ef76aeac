package org.purespark.jobs;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Spark sessions as the commands need them; the master and all else come from {@code spark-submit}. */
final class Sessions {
    private static final String PLUGINS = "spark.plugins";
    private static final String REDACTION = "spark.redaction.regex";

    /** What Spark hides by itself, and S3A's keys of other names. */
    private static final String SECRETS = "(?i)secret|password|token|access[.]?key|encryption[.]key|credential";

    private Sessions() {}

    /**
     * Starts Spark, or joins what is running in this JVM.
     *
     * @param name what the application is called in Spark's pages
     */
    static SparkSession open(String name) {
        SparkConf conf = new SparkConf().setAppName(name);
        conf.set(PLUGINS, withPlugin(conf.get(PLUGINS, "")));
        conf.setIfMissing(REDACTION, SECRETS);
        return SparkSession.builder().config(conf).getOrCreate();
    }

    /** The user's own plugins stay. */
    private static String withPlugin(String plugins) {
        String own = NativePlugin.class.getName();
        return plugins.isBlank() ? own : plugins + "," + own;
    }
}
