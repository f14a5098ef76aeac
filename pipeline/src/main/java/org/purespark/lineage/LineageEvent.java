// SPDX-License-Identifier: Apache-2.0
package org.purespark.lineage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * An event of a run, as OpenLineage has it (a run event of specification 2.0.2).
 *
 * @param type what has happened
 * @param time when
 * @param run the same for all events of a run
 * @param job address of the run directory, absolute
 * @param inputs absolute addresses by name
 * @param versions digest of each input's content, by the same names; may lack some
 * @param outputs absolute addresses
 * @param version of this program
 * @param error message of the failure; empty without one
 */
record LineageEvent(
        Type type,
        Instant time,
        UUID run,
        String job,
        SortedMap<String, String> inputs,
        SortedMap<String, String> versions,
        SortedMap<String, String> outputs,
        String version,
        Optional<String> error) {
    /** Who makes the events; a name, not a place that is visited. */
    static final String PRODUCER = "https://purespark.org/pure-on-spark";

    private static final String SPECIFICATION = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
    private static final String FACETS = "https://openlineage.io/spec/facets/";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** States of a run. */
    enum Type {
        START,
        COMPLETE,
        FAIL
    }

    LineageEvent {
        inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
    }

    ObjectNode json() {
        ObjectNode event = JSON.createObjectNode()
                .put("eventType", type.name())
                .put("eventTime", time.toString())
                .put("producer", PRODUCER)
                .put("schemaURL", SPECIFICATION);
        ObjectNode ofRun = event.putObject("run").put("runId", run.toString()).putObject("facets");
        facet(ofRun, "processing_engine", "1-1-1/ProcessingEngineRunFacet")
                .put("name", "PURE on Spark")
                .put("version", version);
        error.ifPresent(message -> facet(ofRun, "errorMessage", "1-0-1/ErrorMessageRunFacet")
                .put("message", message)
                .put("programmingLanguage", "Java"));
        Dataset place = Dataset.at(job);
        event.putObject("job").put("namespace", place.namespace()).put("name", "pure.purify." + place.name());
        inputs.forEach((name, address) -> dataset(event.withArray("inputs").addObject(), address, versions.get(name)));
        outputs.forEach((name, address) -> dataset(event.withArray("outputs").addObject(), address, null));
        return event;
    }

    private static void dataset(ObjectNode node, String address, String digest) {
        Dataset dataset = Dataset.at(address);
        node.put("namespace", dataset.namespace()).put("name", dataset.name());
        if (digest != null) {
            facet(node.putObject("facets"), "version", "1-0-1/DatasetVersionDatasetFacet")
                    .put("datasetVersion", digest);
        }
    }

    private static ObjectNode facet(ObjectNode facets, String name, String schema) {
        return facets.putObject(name).put("_producer", PRODUCER).put("_schemaURL", FACETS + schema + ".json");
    }

    /**
     * The name of a dataset by OpenLineage's rules for file systems: {@code file} and a path, or the store
     * and a key in it.
     */
    record Dataset(String namespace, String name) {
        static Dataset at(String address) {
            URI uri = URI.create(address.replace(" ", "%20"));
            String scheme = uri.getScheme() == null ? "file" : uri.getScheme().toLowerCase(Locale.ROOT);
            String path = uri.getPath() == null ? address : uri.getPath();
            return switch (scheme) {
                case "file" -> new Dataset("file", path);
                case "s3a", "s3n", "s3" -> new Dataset("s3://" + uri.getAuthority(), path.replaceFirst("^/", ""));
                default -> new Dataset(scheme + "://" + uri.getAuthority(), path);
            };
        }
    }
}
