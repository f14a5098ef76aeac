// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.util.List;
import org.purespark.fuzz.FuzzedReader;

class SettingsFuzzTest extends FuzzedReader {
    @Override
    protected void read(byte[] file) {
        new SettingsLoader(storage).load(put("/settings.conf", file), List.of());
    }
}
