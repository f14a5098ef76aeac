// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import org.purespark.config.BuiltInProbes;
import org.purespark.config.ProbeSettings;
import org.purespark.fuzz.FuzzedReader;

class ProbeBatteryFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        ProbeBattery.of(new ProbeSettings(BuiltInProbes.NONE, put("/probes.conf", file), 10), storage);
    }
}
