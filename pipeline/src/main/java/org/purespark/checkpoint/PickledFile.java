// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.storage.Storage;

/**
 * What the pickles of a file would import if Python opened it. Nothing of them is executed.
 *
 * @param file its name
 * @param known names that a plain state dict has, such as {@code torch.FloatStorage}
 * @param others all other names: what loading the file may run
 * @param readable whether the pickles could be walked through to their ends
 */
public record PickledFile(String file, SortedSet<String> known, SortedSet<String> others, boolean readable) {
    private static final int MOST_PICKLE_BYTES = 64_000_000;

    /** PyTorch's format before 1.6 has five pickles, one behind the other, before the numbers. */
    private static final int MOST_PICKLES = 5;

    private static final List<String> EXTENSIONS =
            List.of(".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".dill");

    /** Whether a file of that name usually holds pickles. */
    public static boolean isUsual(String fileName) {
        return EXTENSIONS.stream().anyMatch(fileName::endsWith);
    }

    /** Looks at a file: a zip file with pickles in it, or pickles one behind the other. */
    public static PickledFile scan(Storage storage, String address) throws IOException {
        List<PickleScan.Found> found = new ArrayList<>();
        boolean readable = true;
        if (isZip(storage, address)) {
            try {
                for (ByteBuffer pickle : packed(storage, address)) {
                    found.add(PickleScan.scan(pickle));
                }
            } catch (InputException e) {
                readable = false;
            }
        } else {
            ByteBuffer content = ByteBuffer.wrap(start(storage, address, MOST_PICKLE_BYTES));
            while (content.hasRemaining() && found.size() < MOST_PICKLES) {
                PickleScan.Found one = PickleScan.scan(content);
                if (!one.whole() && !found.isEmpty()) {
                    break;
                }
                found.add(one);
                if (!one.whole()) {
                    break;
                }
            }
        }
        SortedSet<String> known = new TreeSet<>();
        SortedSet<String> others = new TreeSet<>();
        for (PickleScan.Found one : found) {
            readable &= one.whole();
            one.globals().forEach(name -> (Unpickler.isKnown(name) ? known : others).add(name));
        }
        return new PickledFile(address.substring(address.lastIndexOf('/') + 1), known, others, readable);
    }

    private static boolean isZip(Storage storage, String address) throws IOException {
        byte[] start = start(storage, address, 2);
        return start.length == 2 && start[0] == 'P' && start[1] == 'K';
    }

    private static byte[] start(Storage storage, String address, int most) throws IOException {
        try (InputStream in = storage.open(address)) {
            return in.readNBytes(most);
        }
    }

    private static List<ByteBuffer> packed(Storage storage, String address) throws IOException {
        List<ByteBuffer> pickles = new ArrayList<>();
        for (Map.Entry<String, ZipDirectory.Entry> file :
                ZipDirectory.read(storage, address).entrySet()) {
            ZipDirectory.Entry entry = file.getValue();
            if (!file.getKey().endsWith(".pkl")) {
                continue;
            }
            if (!entry.stored() || entry.bytes() > MOST_PICKLE_BYTES || pickles.size() == MOST_PICKLES) {
                throw new InputException("cannot read " + address + ": its pickles are compressed, large or many");
            }
            try (InputStream in = storage.open(address)) {
                ElementStream stream = new ElementStream(in, 0);
                stream.advanceTo(entry.headerOffset());
                byte[] header = stream.readBytes(ZipDirectory.LOCAL_HEADER_BYTES);
                stream.readBytes(ZipDirectory.localTailBytes(header, address));
                pickles.add(ByteBuffer.wrap(stream.readBytes((int) entry.bytes())));
            }
        }
        return pickles;
    }
}
