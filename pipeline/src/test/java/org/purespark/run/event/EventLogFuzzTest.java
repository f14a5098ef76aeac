// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.event;

import java.io.IOException;
import org.purespark.fuzz.FuzzedReader;

class EventLogFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) throws IOException {
        EventLog.read(storage, put("/events.jsonl", file));
    }
}
