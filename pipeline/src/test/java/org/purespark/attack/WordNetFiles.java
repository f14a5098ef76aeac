// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Jars in the form of WordNet's, with few words. */
public final class WordNetFiles {
    private static final String LICENCE = "  1 This software and database is provided \"AS IS\"\n";

    private WordNetFiles() {}

    /** A jar with one synset of nouns and one of adjectives. */
    public static Path jar(Path file, List<String> nouns, List<String> adjectives) throws IOException {
        return jar(
                file, LICENCE + synset("00000100", "n", nouns, ""), LICENCE + synset("00000200", "a", adjectives, ""));
    }

    static Path jar(Path file, String nouns, String adjectives) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            add(zip, "noun", nouns);
            add(zip, "adj", adjectives);
            add(zip, "verb", LICENCE);
            add(zip, "adv", LICENCE);
        }
        return file;
    }

    /** A line of a data file; {@code pointers} are their number and fields, or empty. */
    static String synset(String offset, String part, List<String> words, String pointers) {
        StringBuilder line =
                new StringBuilder(offset + " 03 " + part + " " + String.format(Locale.ROOT, "%02x", words.size()));
        words.forEach(word -> line.append(' ').append(word).append(" 0"));
        return line + " " + (pointers.isEmpty() ? "000" : pointers) + " | a gloss; \"of it\"  \n";
    }

    private static void add(ZipOutputStream zip, String part, String content) throws IOException {
        zip.putNextEntry(new ZipEntry("net/wn/data." + part));
        zip.write(content.getBytes(StandardCharsets.US_ASCII));
        zip.closeEntry();
    }
}
