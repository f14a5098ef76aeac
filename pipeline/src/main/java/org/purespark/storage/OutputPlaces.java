// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.purespark.InputException;

/**
 * The places that a command writes, held against its inputs: an output must not be an input, lie in one or hold one.
 *
 * @param option the option that names the output
 * @param addresses files and directories that are written or replaced
 */
public record OutputPlaces(String option, List<String> addresses) {
    public OutputPlaces {
        addresses = List.copyOf(addresses);
    }

    /** A file as the output. */
    public static OutputPlaces ofFile(String option, String address) {
        return new OutputPlaces(option, List.of(address));
    }

    /**
     * A directory in which files and directories of these names are written.
     *
     * @throws InputException if this is no address
     */
    public static OutputPlaces inDirectory(String option, String directory, List<String> names) {
        Addresses.path(directory);
        return new OutputPlaces(
                option,
                names.stream().map(name -> Storage.child(directory, name)).toList());
    }

    /**
     * Refuses an output that would change an input.
     *
     * @param inputs addresses by option; null for an option that is not given
     * @throws InputException naming the output, the input and the way out
     */
    public void requireApart(Storage storage, Map<String, String> inputs) throws IOException {
        for (var input : inputs.entrySet()) {
            for (String address : input.getValue() == null ? List.<String>of() : addresses) {
                String place = storage.canonical(address);
                if (mayBeOnTheSameFileSystem(input.getValue(), place)) {
                    String there = storage.canonical(input.getValue());
                    requireApart(address, place, input.getKey(), input.getValue(), there);
                }
            }
        }
    }

    /** Tells it by names, since another file system may be one that cannot be reached. */
    private static boolean mayBeOnTheSameFileSystem(String input, String place) {
        URI given = Addresses.path(input).toUri();
        URI other = Addresses.path(place).toUri();
        return given.getScheme() == null
                || (given.getScheme().equals(other.getScheme())
                        && (given.getAuthority() == null
                                || other.getAuthority() == null
                                || given.getAuthority().equals(other.getAuthority())));
    }

    private void requireApart(String address, String place, String inputOption, String input, String there) {
        String problem = null;
        if (place.equals(there)) {
            problem = "is the input";
        } else if (isIn(place, there)) {
            problem = "lies in the input";
        } else if (isIn(there, place)) {
            problem = "holds the input";
        }
        if (problem != null) {
            throw new InputException(option + ": " + address + ", which would be written, " + problem + " "
                    + inputOption + " " + input + "; name another place with " + option);
        }
    }

    private static boolean isIn(String place, String directory) {
        return place.startsWith(directory.endsWith("/") ? directory : directory + "/");
    }
}
