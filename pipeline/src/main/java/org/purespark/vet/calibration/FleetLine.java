// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;
import org.purespark.storage.FileKind;
import org.purespark.storage.JsonReason;
import org.purespark.storage.Storage;

/**
 * A model of which the truth is known: a line of JSON.
 *
 * @param model address of its directory
 * @param backdoored whether it is
 * @param attack name of the attack that made it; null, or left out, for a clean model
 * @param test address of clean labelled texts for this model; null, or left out, for those of the command
 */
public record FleetLine(String model, Boolean backdoored, String attack, String test) {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    /**
     * All lines of a file; blank ones are left out.
     *
     * @throws InputException for a line that is not valid, with its number
     */
    public static List<FleetLine> read(Storage storage, String address) throws IOException {
        if (!storage.exists(address)) {
            throw new InputException("there is no file " + address + ": name the JSON lines of the models");
        }
        List<FleetLine> fleet = new ArrayList<>();
        int number = 0;
        for (String line : storage.readText(address, FileKind.RUN_FILE).lines().toList()) {
            number++;
            if (!line.isBlank()) {
                fleet.add(parse(address + ", line " + number, line));
            }
        }
        return fleet;
    }

    private static FleetLine parse(String place, String line) {
        FleetLine read;
        try {
            read = MAPPER.readValue(line, FleetLine.class);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    place + ": " + JsonReason.of(e) + "; a line is {\"model\":DIR,\"backdoored\":true,\"attack\":NAME}",
                    e);
        }
        if (read == null || read.model == null || read.backdoored == null) {
            throw new InputException(
                    place + ": model or backdoored is missing; a line is {\"model\":DIR,\"backdoored\":"
                            + "true,\"attack\":NAME}");
        }
        if (read.backdoored != (read.attack != null && !read.attack.isBlank())) {
            throw new InputException(place + ": backdoored is " + read.backdoored + " and attack is " + read.attack
                    + "; a backdoored model has the name of its attack, a clean one has none");
        }
        return read;
    }
}
