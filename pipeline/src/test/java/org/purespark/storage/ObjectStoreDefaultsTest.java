// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class ObjectStoreDefaultsTest {
    @Test
    void hadoopsOwnValuesAreReplaced() {
        Configuration configuration = new Configuration();
        assertThat(configuration.get("fs.s3a.retry.limit")).isEqualTo("7");
        assertThat(ObjectStoreDefaults.applyTo(configuration)).isSameAs(configuration);
        assertThat(configuration.get("fs.s3a.retry.limit")).isEqualTo("6");
        assertThat(configuration.get("fs.s3a.retry.throttle.limit")).isEqualTo("9");
        assertThat(configuration.get("fs.s3a.input.stream.type")).isEqualTo("classic");
        assertThat(configuration.get("fs.s3a.aws.credentials.provider"))
                .contains("WebIdentityTokenFileCredentialsProvider", "ProfileCredentialsProvider");
    }

    @Test
    void whatTheUserHasChosenStaysEvenWhereItIsHadoopsOwnValue() {
        Configuration configuration = new Configuration();
        configuration.set("fs.s3a.retry.limit", "7");
        String site = "<configuration><property><name>fs.s3a.input.stream.type</name><value>prefetch</value></property>"
                + "</configuration>";
        configuration.addResource(new ByteArrayInputStream(site.getBytes(StandardCharsets.UTF_8)), "core-site.xml");
        ObjectStoreDefaults.applyTo(configuration);
        assertThat(configuration.get("fs.s3a.retry.limit")).isEqualTo("7");
        assertThat(configuration.get("fs.s3a.input.stream.type")).isEqualTo("prefetch");
    }
}
