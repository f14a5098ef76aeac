// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.config.ProbeSettings;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * The probes of a run, in their order.
 *
 * @param probes with unique names; may be empty
 */
public record ProbeBattery(List<Probe> probes) {
    private static final String DEFAULT = "default-probes.conf";

    public ProbeBattery {
        probes = List.copyOf(probes);
        Set<String> names = new HashSet<>();
        for (Probe probe : probes) {
            if (!names.add(probe.name())) {
                throw new InputException("two probes are called '" + probe.name()
                        + "' (probe.battery and probe.battery-file together): name each once");
            }
        }
    }

    /**
     * The battery of the settings: the built-in probes, or none, and then the user's own.
     *
     * @throws InputException if the battery file cannot be read or is wrong, with the place
     */
    public static ProbeBattery of(ProbeSettings settings, Storage storage) {
        List<Probe> probes = new ArrayList<>();
        switch (settings.battery()) {
            case DEFAULT -> probes.addAll(builtIn().probes());
            case NONE -> {
                // only the user's own probes
            }
        }
        if (settings.batteryFile() != null) {
            probes.addAll(read(storage, settings.batteryFile()).probes());
        }
        return new ProbeBattery(probes);
    }

    /** These probes and more, behind them. */
    public ProbeBattery with(List<Probe> more) {
        return new ProbeBattery(Stream.concat(probes.stream(), more.stream()).toList());
    }

    /** Each probe in the first and in the second text of pairs. */
    public ProbeBattery ofPairs() {
        return new ProbeBattery(probes.stream()
                .flatMap(probe -> Stream.of(probe.in(Probe.Part.FIRST), probe.in(Probe.Part.SECOND)))
                .toList());
    }

    /** The triggers of published attacks that have a fixed wording. */
    public static ProbeBattery builtIn() {
        try (InputStream in = ProbeBattery.class.getResourceAsStream(DEFAULT)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + DEFAULT + " is missing");
            }
            return BatteryParser.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + DEFAULT, e);
        }
    }

    private static ProbeBattery read(Storage storage, String file) {
        try {
            return BatteryParser.parse(storage.readText(file, FileKind.PROBE_BATTERY), file);
        } catch (FileNotFoundException e) {
            throw new InputException(
                    "cannot read the probe battery " + file + " (probe.battery-file): there is no such file", e);
        } catch (IOException e) {
            throw new InputException(
                    "cannot read the probe battery " + file + " (probe.battery-file): " + e.getMessage(), e);
        }
    }
}
