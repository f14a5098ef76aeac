// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import org.purespark.storage.Storage;

/**
 * Renders a run as one HTML file that needs no other file: style, script, chart library and data are inside. Its
 * content security policy allows no loading and no other script. Everything that comes from the run is escaped. The
 * same model and conclusion give the same bytes.
 */
public final class RunReport {
    private RunReport() {}

    /**
     * Renders the page.
     *
     * @return HTML; the section of a stage that has not run is a sentence that tells this
     */
    public static String render(ReportModel model, Conclusion conclusion) {
        ReportPage.Parts parts = new ReportPage.Parts(
                PageResources.own("report.css"), PageResources.echarts(), PageResources.own("report.js"));
        // Strict: a name that is in the template and not in the page is an error, not an empty place.
        Template template = Mustache.compiler()
                .strictSections(true)
                .emptyStringIsFalse(true)
                .compile(PageResources.own("report.mustache"));
        return template.execute(new ReportPage(model, conclusion, parts));
    }

    /**
     * Reads the run directory, renders it, and writes the page as a whole.
     *
     * @param report address of the page
     * @return this address
     */
    public static String write(Storage storage, String runDirectory, Conclusion conclusion, String report)
            throws IOException {
        storage.replace(report, render(new RunDirectoryReader(storage).read(runDirectory), conclusion));
        return report;
    }
}
