// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code pure.jar} holds the libraries of others: their licences and notices go with them. */
class RunnableJarIT {
    private static final Path TARGET = TinyCase.ROOT.resolve("jobs/target");
    private static final String LICENSES = "META-INF/licenses/";

    /** A line of the list: group, artifact, licences. */
    private static final Pattern LISTED = Pattern.compile("^([a-z0-9.]+):(\\S+) +(.+)$", Pattern.MULTILINE);

    @Test
    void itsLicenceIsTheProjects() throws Exception {
        assertThat(text("META-INF/LICENSE")).isEqualTo(Files.readString(TinyCase.ROOT.resolve("LICENSE")));
    }

    @Test
    void itsNoticeHoldsTheNoticesOfAllThatIsInIt() throws Exception {
        String notice = text("META-INF/NOTICE");
        assertThat(notice).contains(lines(Files.readString(TinyCase.ROOT.resolve("NOTICE"))));
        int others = 0;
        for (Path library : libraries()) {
            try (JarFile jar = new JarFile(library.toFile())) {
                for (String name : List.of("META-INF/NOTICE", "META-INF/NOTICE.txt")) {
                    JarEntry entry = jar.getJarEntry(name);
                    if (entry != null) {
                        others++;
                        assertThat(notice).as(library.toString()).contains(lines(text(jar, entry)));
                    }
                }
            }
        }
        assertThat(others).isPositive();
    }

    @Test
    void everyLibraryInItIsListedWithItsLicence() throws Exception {
        TreeSet<String> held = new TreeSet<>();
        for (Path library : libraries()) {
            String artifact = library.getParent().getParent().getFileName().toString();
            boolean ofAws = library.toString().contains("/software/amazon/awssdk/");
            held.add(ofAws ? "*" : artifact);
        }
        TreeSet<String> listed = new TreeSet<>();
        for (MatchResult line :
                LISTED.matcher(text(LICENSES + "third-party.txt")).results().toList()) {
            listed.add(line.group(2));
            for (String licence : List.of("MIT", "BSD-2-Clause", "BSD-3-Clause")) {
                if (Pattern.compile(licence + "(?!-)").matcher(line.group(3)).find()) {
                    assertThat(text(LICENSES + licence + ".txt")).contains("Copyright");
                }
            }
        }
        assertThat(listed).isEqualTo(held);
    }

    @Test
    void theBillOfMaterialsListsEveryLibraryInItAndWhatItRunsOn() throws Exception {
        Path file = TARGET.resolve("pure.cdx.json");
        assumeThat(file).as("the bill is not made by a Maven that is offline").exists();
        JsonNode bill = new ObjectMapper().readTree(file.toFile());
        assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
        TreeSet<String> listed = new TreeSet<>();
        bill.path("components")
                .forEach(component -> listed.add(component.path("name").asText() + "-"
                        + component.path("version").asText()));
        for (Path library : libraries()) {
            String version = library.getParent().getFileName().toString();
            String artifact = library.getParent().getParent().getFileName().toString();
            assertThat(listed).contains(artifact + "-" + version);
        }
        assertThat(listed).anyMatch(name -> name.startsWith("spark-core_2.13-"));
    }

    private static List<Path> libraries() throws IOException {
        return Stream.of(Files.readString(TARGET.resolve("runtime.classpath"))
                        .strip()
                        .split(":", -1))
                .map(Path::of)
                .filter(jar -> !jar.getFileName().toString().startsWith("pure-"))
                .toList();
    }

    private static String[] lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toArray(String[]::new);
    }

    private static String text(String entry) throws IOException {
        try (JarFile jar = new JarFile(TARGET.resolve("pure.jar").toFile())) {
            assertThat(jar.getJarEntry(entry)).as(entry).isNotNull();
            return text(jar, jar.getJarEntry(entry));
        }
    }

    private static String text(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
