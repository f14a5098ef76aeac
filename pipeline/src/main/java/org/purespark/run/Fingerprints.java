package org.purespark.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.purespark.InputException;
import org.purespark.storage.Storage;

/** SHA-256 of files and of lists of them. */
public final class Fingerprints {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Storage storage;

    public Fingerprints(Storage storage) {
        this.storage = storage;
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
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        long size = 0;
        try (InputStream in = storage.open(address)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                size += count;
            }
        }
        return new FileFingerprint(name, size, HexFormat.of().formatHex(digest.digest()));
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
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
