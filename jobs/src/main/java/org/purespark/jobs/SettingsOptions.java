// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.util.ArrayList;
import java.util.List;
import org.purespark.config.ResolvedSettings;
import org.purespark.config.SettingsLoader;
import org.purespark.storage.Storage;
import picocli.CommandLine.Option;

/** Where settings come from: {@code --set} over {@code --conf} over the defaults. */
final class SettingsOptions {
    @Option(names = "--conf", paramLabel = "FILE", description = "Settings in HOCON; see the directory conf.")
    private String file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting, over the file's; may be repeated. --dry-run lists all keys.")
    private List<String> flags = new ArrayList<>();

    @Option(names = "--dry-run", description = "Print the resolved settings and what is needed; do nothing.")
    private boolean dryRun;

    ResolvedSettings resolve(Storage storage) {
        return resolve(storage, List.of());
    }

    /** @param more settings that other options stand for, each {@code key=value}; they win */
    ResolvedSettings resolve(Storage storage, List<String> more) {
        List<String> all = new ArrayList<>(flags);
        all.addAll(more);
        return new SettingsLoader(storage).load(file, all);
    }

    /** The settings file, or null. */
    String file() {
        return file;
    }

    /** Each {@code key=value}. */
    List<String> flags() {
        return flags;
    }

    boolean dryRun() {
        return dryRun;
    }
}
