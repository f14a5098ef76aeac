package org.purespark.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import org.purespark.run.RunDirectory;
import org.purespark.storage.Storage;

/**
 * Renders a run as one HTML file that needs nothing else: style, script, chart library and data are inside, and its
 * content security policy lets it load nothing and run no other script. Everything that comes from the run is escaped.
 * The same model and verdict give the same bytes.
 */
public final class RunReport {
    private RunReport() {}

    /**
     * Renders the page.
     *
     * @param verdict in words; empty where there is none yet
     * @return HTML; sections of stages that have not run are a sentence that says so
     */
    public static String render(ReportModel model, String verdict) {
        ReportPage.Parts parts = new ReportPage.Parts(
                PageResources.own("report.css"), PageResources.echarts(), PageResources.own("report.js"));
        // Strict: a name in the template that the page does not have is an error, never an empty place.
        Template template = Mustache.compiler()
                .strictSections(true)
                .emptyStringIsFalse(true)
                .compile(PageResources.own("report.mustache"));
        return template.execute(new ReportPage(model, verdict.strip(), parts));
    }

    /**
     * Reads the run directory, renders it, and puts {@code report.html} there in one piece.
     *
     * @return the report's address
     */
    public static String write(Storage storage, String runDirectory, String verdict) throws IOException {
        ReportModel model = new RunDirectoryReader(storage).read(runDirectory);
        String address = Storage.child(runDirectory, RunDirectory.REPORT);
        storage.replace(address, render(model, verdict));
        return address;
    }
}
