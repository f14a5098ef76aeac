// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The versions in this build; the build writes them into {@code version.properties}. */
public final class BuildVersion implements IVersionProvider {
    /** The versions for a run directory. */
    static org.purespark.run.Versions ofThisBuild(String spark) {
        Properties built = built();
        return org.purespark.run.Versions.of(built.getProperty("version"), spark, built.getProperty("nd4j"));
    }

    private static Properties built() {
        Properties built = new Properties();
        try (InputStream in = BuildVersion.class.getResourceAsStream("version.properties");
                Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            built.load(text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read version.properties of this build", e);
        }
        return built;
    }

    @Override
    public String[] getVersion() {
        Properties built = built();
        return new String[] {
            "pure " + built.getProperty("version"),
            "built for Spark " + built.getProperty("spark") + ", Scala " + built.getProperty("scala"),
            "ND4J " + built.getProperty("nd4j"),
            "Java " + System.getProperty("java.version")
        };
    }
}
