// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;
import org.purespark.storage.FileContent;
import org.purespark.storage.ReadDigests;
import org.purespark.storage.Sha256;
import org.purespark.storage.Storage;

/** SHA-256 of files and of lists of them. */
public final class Fingerprints {
    private final Storage storage;
    private final ReadDigests digests;

    public Fingerprints(Storage storage) {
        this(new ReadDigests(storage));
    }

    /** Reads of each file only what has not been read through the digests' own storage. */
    public Fingerprints(ReadDigests digests) {
        this.storage = digests.storage();
        this.digests = digests;
    }

    /**
     * The fingerprint of a file, or of each file in and below a directory (without hidden files, whose names begin with
     * a dot).
     *
     * @param name of the input, for messages: {@code train}
     * @throws InputException if there is nothing at {@code address}, or a directory without files
     */
    public InputFingerprint input(String name, String address) throws IOException {
        if (!storage.exists(address)) {
            throw new InputException("input " + name + ": there is no file or directory " + address);
        }
        if (!storage.isDirectory(address)) {
            String fileName = address.substring(address.lastIndexOf('/') + 1);
            return new InputFingerprint(address, List.of(file(address, fileName)));
        }
        List<FileFingerprint> files = directory(address, "");
        if (files.isEmpty()) {
            throw new InputException("input " + name + ": the directory " + address + " holds no files");
        }
        return new InputFingerprint(address, files);
    }

    /** Fingerprints of the files in and below a directory, by name; {@code prefix} is put before the relative names. */
    List<FileFingerprint> directory(String address, String prefix) throws IOException {
        List<FileFingerprint> files = new ArrayList<>();
        for (String fileName : storage.fileNamesBelow(address)) {
            if (!fileName.startsWith(".") && !fileName.contains("/.")) {
                files.add(file(Storage.child(address, fileName), prefix + fileName));
            }
        }
        return files;
    }

    FileFingerprint file(String address, String name) throws IOException {
        FileContent content = digests.take(address);
        return new FileFingerprint(name, content.bytes(), content.sha256());
    }

    static String digest(List<FileFingerprint> files) {
        StringBuilder text = new StringBuilder();
        // Hadoop and object stores allow no line feeds in names; sizes and hashes have fixed forms
        files.forEach(file -> text.append(file.sha256())
                .append(' ')
                .append(file.size())
                .append(' ')
                .append(file.name())
                .append('\n'));
        return digest(text.toString());
    }

    /** SHA-256 of the text's UTF-8 form, as 64 hexadecimal digits. */
    public static String digest(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
