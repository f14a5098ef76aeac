// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * Settings of Hadoop's S3 client that the user has not made. With Hadoop's own defaults a store that does not answer is
 * tried for up to an hour. These cover half a minute without the store, and report at once what will not change (wrong
 * keys, no such bucket).
 */
public final class ObjectStoreDefaults {
    private static final String HADOOPS_OWN = "core-default.xml";

    private static final SortedMap<String, String> VALUES = new TreeMap<>(Map.of(
            // Two layers try again: S3A, and the AWS client inside it. Their attempts multiply.
            "fs.s3a.attempts.maximum", "2",
            // Waits of 0.5 s, doubled each time: 31 s in all.
            "fs.s3a.retry.limit", "6",
            "fs.s3a.retry.interval", "500ms",
            // Answers of 503: waits of 0.1 s, doubled each time: 51 s in all. Hadoop's 20 attempts take a day.
            "fs.s3a.retry.throttle.limit", "9",
            "fs.s3a.retry.throttle.interval", "100ms",
            // The smallest value that S3A accepts.
            "fs.s3a.connection.establish.timeout", "15s",
            // The longest pause inside an answer.
            "fs.s3a.connection.timeout", "60s",
            // The default since Hadoop 3.4.3 is another kind, which needs a library that is not here.
            "fs.s3a.input.stream.type", "classic",
            // Hadoop's list, with a pod's web identity and the user's profiles before the machine's own role.
            "fs.s3a.aws.credentials.provider",
                    String.join(
                            ",",
                            "org.apache.hadoop.fs.s3a.TemporaryAWSCredentialsProvider",
                            "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
                            "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider",
                            "software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider",
                            "software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider",
                            "org.apache.hadoop.fs.s3a.auth.IAMInstanceCredentialsProvider")));

    private ObjectStoreDefaults() {}

    /** Makes the settings that neither a settings file nor an option makes, and returns {@code configuration}. */
    public static Configuration applyTo(Configuration configuration) {
        VALUES.forEach((key, value) -> {
            if (!isChosen(configuration, key)) {
                configuration.set(key, value, ObjectStoreDefaults.class.getSimpleName());
            }
        });
        return configuration;
    }

    private static boolean isChosen(Configuration configuration, String key) {
        String[] sources = configuration.getPropertySources(key);
        return sources != null && sources.length > 0 && !HADOOPS_OWN.equals(sources[sources.length - 1]);
    }
}
