package org.purespark.spark;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.purespark.storage.Storage;

/** The driver's Hadoop settings, in a form that goes along with a task. */
record HadoopSettings(TreeMap<String, String> values) implements Serializable {
    static HadoopSettings of(Configuration configuration) {
        TreeMap<String, String> values = new TreeMap<>();
        for (Map.Entry<String, String> entry : configuration) {
            values.put(entry.getKey(), entry.getValue());
        }
        return new HadoopSettings(values);
    }

    Storage storage() {
        Configuration configuration = new Configuration(false);
        values.forEach(configuration::set);
        return new Storage(configuration);
    }
}
