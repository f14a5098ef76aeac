// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/** The page's fixed parts from the class path: template, style, script, and the chart library from its web jar. */
final class PageResources {
    /** The web jar's paths contain its version; it changes together with the dependency. */
    private static final String ECHARTS = "META-INF/resources/webjars/echarts/5.5.0/echarts.min.js";

    private PageResources() {}

    /** A file of this package. */
    static String own(String name) {
        return text("org/purespark/report/" + name);
    }

    /** The chart library. */
    static String echarts() {
        String library = text(ECHARTS);
        if (library.toLowerCase(Locale.ROOT).contains("</script")) {
            throw new IllegalStateException("the chart library contains </script: it cannot stand inside a page");
        }
        return library;
    }

    /**
     * The script as a content security policy names it: its SHA-256, so that the page runs this script and no other.
     */
    static String policyHash(String script) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String text(String resource) {
        try (InputStream in = open(resource)) {
            // As in a browser's parser: the hash of the text must not depend on line ends.
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource + " on the class path", e);
        }
    }

    private static InputStream open(String resource) {
        InputStream in = PageResources.class.getClassLoader().getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException(resource
                    + " is not on the class path: the jar was put together without it, or with another version");
        }
        return in;
    }
}
