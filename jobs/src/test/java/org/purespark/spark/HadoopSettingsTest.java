// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.purespark.storage.ObjectStoreDefaults;

class HadoopSettingsTest {
    @Test
    void aTaskCarriesWhatDiffersFromHadoopsOwnAndHasTheRest() {
        Configuration driver = ObjectStoreDefaults.applyTo(new Configuration());
        driver.set("fs.s3a.bucket.models.endpoint", "http://store:9000");
        HadoopSettings settings = HadoopSettings.of(driver);
        assertThat(settings.values())
                .containsEntry("fs.s3a.bucket.models.endpoint", "http://store:9000")
                .containsEntry("fs.s3a.retry.limit", "6")
                .hasSizeLessThan(100);
        Configuration task = settings.storage().configuration();
        assertThat(task.get("fs.s3a.bucket.models.endpoint")).isEqualTo("http://store:9000");
        assertThat(task.get("fs.s3a.retry.limit")).isEqualTo("6");
        assertThat(task.get("fs.s3a.connection.maximum")).isEqualTo(driver.get("fs.s3a.connection.maximum"));
    }

    @Test
    void secretsAreNotInItsText() {
        Configuration driver = new Configuration();
        driver.set("fs.s3a.secret.key", "verysecret");
        assertThat(HadoopSettings.of(driver).toString())
                .doesNotContain("verysecret")
                .endsWith(" Hadoop settings");
    }
}
