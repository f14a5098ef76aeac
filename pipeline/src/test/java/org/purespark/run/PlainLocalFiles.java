// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.purespark.storage.Storage;

/**
 * Local files without permissions: Hadoop starts a {@code chmod} process for every file it makes, which a test of many
 * small files would spend its time on.
 */
public final class PlainLocalFiles extends LocalFileSystem {
    public PlainLocalFiles() {
        super(new RawLocalFileSystem() {
            @Override
            public void setPermission(Path path, FsPermission permission) {
                // left as the operating system makes it
            }
        });
    }

    static Storage storage() {
        Configuration configuration = new Configuration();
        configuration.setClass("fs.file.impl", PlainLocalFiles.class, LocalFileSystem.class);
        configuration.setBoolean("fs.file.impl.disable.cache", true);
        return new Storage(configuration);
    }
}
