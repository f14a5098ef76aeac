// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.time.Clock;
import org.purespark.fuzz.FuzzedReader;

class RunRecordFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        String address = put("/run/" + RunDirectory.RUN, file);
        RunDirectory.inspect(storage, address.replace("/" + RunDirectory.RUN, ""), Clock.systemUTC());
    }
}
