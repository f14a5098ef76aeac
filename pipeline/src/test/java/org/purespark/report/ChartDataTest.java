// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ChartDataTest {
    @Property(tries = 200, seed = "11")
    void anyTextSurvivesInsideAScriptElementUnchanged(@ForAll String random) throws IOException {
        ObjectMapper json = new ObjectMapper();
        String text = random + "</script><!--\u2028\u2029&" + random;
        String safe = ChartData.scriptSafe(json.writeValueAsString(text));

        assertThat(safe).doesNotContain("<", ">", "&", "\u2028", "\u2029");
        assertThat(json.readValue(safe, String.class)).isEqualTo(text);
    }
}
