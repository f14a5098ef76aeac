// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.purespark.Shown;

/** Why a text is not JSON, in the parser's words. */
public final class JsonReason {
    private JsonReason() {}

    /** The parser's message without the place, and without what it says of its own source. */
    public static String of(JsonProcessingException e) {
        return Shown.of(e.getOriginalMessage().replaceAll(" \\(start marker at \\[Source: [^\\]]*\\]\\)", ""));
    }
}
