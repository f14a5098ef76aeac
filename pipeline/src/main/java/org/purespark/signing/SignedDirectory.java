// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.ReadDigests;
import org.purespark.storage.Storage;

/** The files of a model's directory, as a signature lists them. */
final class SignedDirectory {
    /** Files of version control, which no signature covers. */
    static final List<String> VERSION_CONTROL = List.of(".git", ".gitattributes", ".github", ".gitignore");

    /** By the parts of the path, each by its characters: the order of the reference implementation. */
    private static final Comparator<String> BY_PARTS =
            (one, other) -> Arrays.compareUnsigned(sortKey(one), sortKey(other));

    private final Storage storage;
    private final String directory;

    SignedDirectory(Storage storage, String directory) {
        this.storage = storage;
        this.directory = directory;
    }

    private static byte[] sortKey(String name) {
        return name.replace('/', '\0').getBytes(StandardCharsets.UTF_8);
    }

    /** The last part of the directory's address. */
    String name() throws IOException {
        String whole = storage.canonical(directory);
        return whole.substring(whole.lastIndexOf('/') + 1);
    }

    /**
     * All files in the directory and below it.
     *
     * @param ignored names of files and directories that are left out
     * @throws InputException if the directory is missing, has no files, or a symbolic link in it
     */
    List<SignedFile> files(List<String> ignored) throws IOException {
        if (!storage.isDirectory(directory)) {
            throw new InputException(directory + " is no directory: name a model's directory");
        }
        List<String> names = new ArrayList<>();
        for (String name : storage.fileNamesBelow(directory)) {
            if (ignored.stream().noneMatch(path -> isIn(name, path))) {
                names.add(name);
            }
        }
        if (names.isEmpty()) {
            throw new InputException(directory + " holds no files that a signature covers");
        }
        names.sort(BY_PARTS);
        String place = storage.canonical(directory);
        ReadDigests digests = new ReadDigests(storage);
        List<SignedFile> files = new ArrayList<>();
        for (String name : names) {
            String address = Storage.child(directory, name);
            if (!storage.canonical(address).equals(Storage.child(place, name))) {
                throw new InputException(
                        "the file " + Shown.of(name) + " of " + directory + " is a symbolic link, which"
                                + " a signature does not cover: copy the directory with cp -rL, and name the copy");
            }
            files.add(new SignedFile(name, digests.take(address).sha256()));
        }
        return files;
    }

    private static boolean isIn(String name, String path) {
        String whole = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return name.equals(whole) || name.startsWith(whole + "/");
    }
}
