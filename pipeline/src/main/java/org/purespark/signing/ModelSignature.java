// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * The signature of a model's directory, as version 1 of the OpenSSF's model signing has it: a Sigstore bundle with an
 * in-toto statement of type {@code https://model_signing/signature/v1.0} that has the SHA-256 of each file. Files of
 * version control and the signature itself are not covered; every other file is.
 *
 * @param directory address of the model
 * @param file address of the signature
 */
public record ModelSignature(Storage storage, String directory, String file) {
    /** The usual name of a signature in its directory. */
    public static final String NAME = "model.sig";

    /** The signature in the directory itself. */
    public static ModelSignature in(Storage storage, String directory) {
        return new ModelSignature(storage, directory, Storage.child(directory, NAME));
    }

    public boolean exists() throws IOException {
        return storage.exists(file);
    }

    /**
     * Signs the directory as it is; an older signature is replaced.
     *
     * @return number of files that it covers
     * @throws InputException if the directory is missing, has no files, or a symbolic link in it
     */
    public int write(SigningKey key) throws IOException {
        SignedDirectory model = new SignedDirectory(storage, directory);
        List<String> ignored = new ArrayList<>(SignedDirectory.VERSION_CONTROL);
        ignored.addAll(ownName());
        List<SignedFile> files = model.files(ignored);
        storage.replace(
                file,
                Bundle.of(new Statement(model.name(), files, ignored), key).toJson());
        return files.size();
    }

    /**
     * Checks that the directory is as the owner of the key has signed it: each file, and no other ones.
     *
     * @return number of files that it covers
     * @throws InputException if it is not; the message names what differs
     */
    public int verify(VerifyingKey key) throws IOException {
        try {
            return requireSame(read().statement(key));
        } catch (Refusal e) {
            throw new InputException(
                    "the signature " + file + " of " + directory + " is not accepted: " + Shown.of(e.getMessage()), e);
        }
    }

    /** Whether {@link #verify} would accept the signature. */
    public boolean accepts(VerifyingKey key) throws IOException {
        try {
            verify(key);
            return true;
        } catch (InputException e) {
            return false;
        }
    }

    private Bundle read() throws IOException {
        try {
            return Bundle.parse(storage.readText(file, FileKind.SIGNATURE));
        } catch (FileNotFoundException e) {
            throw new InputException(
                    "there is no signature " + file + ": name it with --signature, or leave the key out", e);
        }
    }

    private int requireSame(Statement signed) throws IOException {
        Set<String> ignored = new LinkedHashSet<>(signed.ignored());
        ignored.addAll(SignedDirectory.VERSION_CONTROL);
        ignored.addAll(ownName());
        Map<String, String> there = byName(new SignedDirectory(storage, directory).files(List.copyOf(ignored)));
        Map<String, String> expected = byName(signed.files());
        Set<String> names = new TreeSet<>(there.keySet());
        names.addAll(expected.keySet());
        List<String> changed = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> unsigned = new ArrayList<>();
        for (String name : names) {
            if (!there.containsKey(name)) {
                missing.add(name);
            } else if (!expected.containsKey(name)) {
                unsigned.add(name);
            } else if (!Objects.equals(there.get(name), expected.get(name))) {
                changed.add(name);
            }
        }
        if (!changed.isEmpty() || !missing.isEmpty() || !unsigned.isEmpty()) {
            List<String> parts = new ArrayList<>();
            addIfAny(parts, "changed since it was signed: ", changed);
            addIfAny(parts, "missing: ", missing);
            addIfAny(parts, "not signed: ", unsigned);
            throw new InputException(directory + " is not what the signature " + file + " says: "
                    + String.join("; ", parts) + ". Get the model anew from where it comes from");
        }
        return expected.size();
    }

    private static void addIfAny(List<String> parts, String what, List<String> names) {
        if (!names.isEmpty()) {
            parts.add(what + Shown.list(names));
        }
    }

    private static Map<String, String> byName(List<SignedFile> files) {
        return files.stream()
                .collect(Collectors.toMap(SignedFile::name, SignedFile::sha256, (a, b) -> "", TreeMap::new));
    }

    /** The signature's name in the directory; none if it lies elsewhere. */
    private List<String> ownName() throws IOException {
        String place = storage.canonical(directory) + "/";
        String own = storage.canonical(file);
        return own.startsWith(place) ? List.of(own.substring(place.length())) : List.of();
    }
}
