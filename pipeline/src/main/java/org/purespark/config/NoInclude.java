// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import java.io.File;
import java.net.URL;
import org.purespark.InputException;

/** Refuses {@code include}: it would not use the project's file systems, and would ignore a missing file. */
final class NoInclude implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
    private final String what;

    /** @param what is read, for messages: {@code the settings file my.conf} */
    NoInclude(String what) {
        this.what = what;
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return this;
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String included) {
        throw refused(included);
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File included) {
        throw refused(included.toString());
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL included) {
        throw refused(included.toString());
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String included) {
        throw refused(included);
    }

    private InputException refused(String included) {
        return new InputException(
                "cannot read " + what + ": include \"" + included + "\" is not supported; put all keys into one file");
    }
}
