// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.hadoop.fs.Path;
import org.purespark.InputException;

/** Addresses as the user writes them, as Hadoop's paths. */
final class Addresses {
    /** How this process writes the names of local files; the locale decides it. */
    private static final Charset FILE_NAMES = fileNames();

    private static final int LAST_ASCII = 0x7f;

    private Addresses() {}

    private static Charset fileNames() {
        String name = System.getProperty("sun.jnu.encoding", "UTF-8");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }

    /** @throws InputException if it is empty, or has a colon that ends no name of a file system */
    static Path path(String address) {
        if (address.isEmpty()) {
            throw new InputException("an address is empty: name a file or a directory");
        }
        try {
            return new Path(address);
        } catch (IllegalArgumentException e) {
            int colon = address.indexOf(':');
            if (colon < 0) {
                throw new InputException("'" + address + "' is no address of a file or a directory", e);
            }
            throw new InputException(
                    "'" + address + "': what is before a colon is taken for the name of a file system, such as s3a or"
                            + " hdfs; if it is a file or a directory here, write ./" + address,
                    e);
        }
    }

    /** A file or directory in a directory; its name may have colons. */
    static Path child(Path parent, String name) {
        URI uri = parent.toUri();
        String directory = uri.getPath();
        String separator = directory.isEmpty() || directory.endsWith("/") ? "" : "/";
        return new Path(uri.getScheme(), uri.getAuthority(), directory + separator + name);
    }

    /** @throws InputException if this process cannot write the local name: it would mean another file */
    static void requireWritableName(Path path) {
        requireWritableName(path.toUri().getPath(), FILE_NAMES);
    }

    static void requireWritableName(String name, Charset fileNames) {
        boolean plain = name.chars().allMatch(c -> c <= LAST_ASCII);
        if (!plain && !fileNames.newEncoder().canEncode(name)) {
            throw new InputException("this process cannot open " + name + ": its locale writes names of files as "
                    + fileNames + ", which lacks some of these characters. Set LC_ALL=C.UTF-8 in the environment of"
                    + " the command, and of the executors with --conf spark.executorEnv.LC_ALL=C.UTF-8");
        }
    }

    /** A local path without symbolic links in the part of it that exists. */
    static String withoutLinks(String localPath) throws IOException {
        java.nio.file.Path whole = java.nio.file.Path.of(localPath);
        for (java.nio.file.Path there = whole; there != null; there = there.getParent()) {
            if (Files.exists(there)) {
                java.nio.file.Path rest = there.relativize(whole);
                return there.toRealPath().resolve(rest).toString();
            }
        }
        return localPath;
    }
}
