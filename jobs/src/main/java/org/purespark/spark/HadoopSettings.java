// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.purespark.storage.Storage;

/**
 * The driver's Hadoop settings, in a form that is sent with a task: only those that differ from Hadoop's own thousand
 * defaults.
 */
record HadoopSettings(TreeMap<String, String> values) implements Serializable {
    private static final String HADOOPS_OWN = "-default.xml";

    static HadoopSettings of(Configuration configuration) {
        TreeMap<String, String> values = new TreeMap<>();
        for (Map.Entry<String, String> entry : configuration) {
            if (!isHadoopsOwn(configuration.getPropertySources(entry.getKey()))) {
                values.put(entry.getKey(), entry.getValue());
            }
        }
        return new HadoopSettings(values);
    }

    Storage storage() {
        // Spark's own settings, which an executor reads once
        Configuration configuration = new Configuration(SparkHadoopUtil.get().conf());
        values.forEach(configuration::set);
        return new Storage(configuration);
    }

    private static boolean isHadoopsOwn(String[] sources) {
        return sources != null && sources.length > 0 && sources[sources.length - 1].endsWith(HADOOPS_OWN);
    }

    /** Without the values: they may contain secrets. */
    @Override
    public String toString() {
        return values.size() + " Hadoop settings";
    }
}
