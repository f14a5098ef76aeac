// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.purespark.InputException;
import org.purespark.storage.Storage;

/**
 * Reads a PyTorch state dict ({@code torch.save}, the zip format of version 1.6 and later) as data: see
 * {@link Unpickler}. Tensors come in the order of their storages in the file.
 */
final class StateDictReader implements TensorFile {
    private static final int MAX_PICKLE_BYTES = 100_000_000;

    private record Located(Entry entry, Unpickler.TensorRef view, ZipDirectory.Entry data) {}

    private final String address;
    private final InputStream in;
    private final ElementStream elements;
    private final List<Located> tensors = new ArrayList<>();

    private StateDictReader(String address, InputStream in, Map<String, ZipDirectory.Entry> files) throws IOException {
        this.address = address;
        this.in = in;
        this.elements = new ElementStream(in, 0);
        String pickle = files.keySet().stream()
                .filter(name -> name.endsWith("/data.pkl"))
                .findFirst()
                .orElseThrow(() -> new InputException(
                        "cannot read " + address + ": it is a zip file without data.pkl, not a PyTorch state dict"));
        String root = pickle.substring(0, pickle.length() - "data.pkl".length());
        Map<String, Object> entries = Unpickler.stateDict(readPickle(files.get(pickle)), address);
        entries.forEach((name, value) -> {
            if (value instanceof Unpickler.TensorRef view) {
                tensors.add(locate(name, view, files, root));
            }
        });
        if (tensors.isEmpty()) {
            throw new InputException("cannot read " + address + ": its dictionary holds no tensors; save the model's"
                    + " state_dict() itself");
        }
        tensors.sort(
                Comparator.comparingLong((Located located) -> located.data().headerOffset())
                        .thenComparing(located -> located.entry().name()));
        if (tensors.get(0).data().headerOffset() < files.get(pickle).headerOffset()) {
            throw new InputException("cannot read " + address
                    + ": data.pkl stands behind tensors, where torch.save never puts it; save the model again");
        }
    }

    /**
     * Opens the file and reads its description of the tensors.
     *
     * @throws InputException if the file is no state dict in the zip format, or asks for more than data
     */
    static StateDictReader open(Storage storage, String address) throws IOException {
        requireZip(storage, address);
        Map<String, ZipDirectory.Entry> files = ZipDirectory.read(storage, address);
        requireLittleEndian(storage, address, files);
        InputStream in = storage.open(address);
        try {
            return new StateDictReader(address, in, files);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    @Override
    public List<Entry> entries() {
        return tensors.stream().map(Located::entry).toList();
    }

    @Override
    public void readEach(Predicate<Entry> wanted, BiConsumer<Entry, Tensor> sink) throws IOException {
        ZipDirectory.Entry current = null;
        float[] storage = null;
        for (Located located : tensors) {
            if (!wanted.test(located.entry())) {
                continue;
            }
            if (!located.data().equals(current)) {
                storage = null;
                storage = readStorage(located);
                current = located.data();
            }
            sink.accept(located.entry(), view(located, storage));
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static void requireZip(Storage storage, String address) throws IOException {
        byte[] start;
        try (InputStream in = storage.open(address)) {
            start = in.readNBytes(4);
        }
        boolean zip = Arrays.equals(start, new byte[] {'P', 'K', 3, 4});
        if (!zip && start.length > 0 && (start[0] & 0xff) == 0x80) {
            throw new InputException("cannot read " + address
                    + ": it is in PyTorch's old format (before 1.6); load it in PyTorch with weights_only=True and save"
                    + " it again, or convert it to safetensors");
        }
        if (!zip) {
            throw new InputException(
                    "cannot read " + address + ": it is not a file of torch.save; the file is damaged");
        }
    }

    private static void requireLittleEndian(Storage storage, String address, Map<String, ZipDirectory.Entry> files)
            throws IOException {
        for (Map.Entry<String, ZipDirectory.Entry> file : files.entrySet()) {
            if (file.getKey().endsWith("/byteorder") && file.getValue().bytes() <= 16) {
                try (InputStream in = storage.open(address)) {
                    ElementStream stream = new ElementStream(in, 0);
                    skipLocalHeader(stream, file.getValue(), address);
                    String order =
                            new String(stream.readBytes((int) file.getValue().bytes()), StandardCharsets.US_ASCII);
                    if (!order.equals("little")) {
                        throw new InputException("cannot read " + address + ": its byte order is " + order
                                + "; only little-endian files are read");
                    }
                }
            }
        }
    }

    private byte[] readPickle(ZipDirectory.Entry entry) throws IOException {
        if (!entry.stored() || entry.bytes() > MAX_PICKLE_BYTES) {
            throw new InputException("cannot read " + address + ": its data.pkl is compressed or larger than "
                    + MAX_PICKLE_BYTES + " bytes");
        }
        skipLocalHeader(elements, entry, address);
        byte[] pickle = elements.readBytes((int) entry.bytes());
        if (pickle.length < entry.bytes()) {
            throw new InputException("cannot read " + address + ": it ends in the middle of data.pkl");
        }
        return pickle;
    }

    private Located locate(String name, Unpickler.TensorRef view, Map<String, ZipDirectory.Entry> files, String root) {
        Unpickler.StorageRef storage = view.storage();
        String place = address + ", storage " + storage.key();
        ZipDirectory.Entry data = files.get(root + "data/" + storage.key());
        if (data == null) {
            throw new InputException("cannot read tensor " + name + ": its storage is missing (" + place + ")");
        }
        if (!data.stored()
                || data.bytes() != storage.elements() * storage.type().bytes()) {
            throw new InputException("cannot read tensor " + name + ": its storage has " + data.bytes()
                    + " bytes, expected " + storage.elements() + " uncompressed elements of " + storage.type() + " ("
                    + place + ")");
        }
        long last = view.offset();
        boolean valid = view.offset() >= 0 && view.shape().length == view.strides().length;
        boolean empty = false;
        for (int i = 0; valid && i < view.shape().length; i++) {
            long size = view.shape()[i];
            long stride = view.strides()[i];
            valid = size >= 0 && size <= Integer.MAX_VALUE && stride >= 0 && stride <= Integer.MAX_VALUE;
            empty |= size == 0;
            last += (size - 1) * stride;
        }
        if (!valid || (!empty && last >= storage.elements())) {
            throw new InputException("cannot read tensor " + name + ": shape " + Arrays.toString(view.shape())
                    + " reaches outside of its storage (" + place + ")");
        }
        int[] shape = Arrays.stream(view.shape()).mapToInt(Math::toIntExact).toArray();
        return new Located(new Entry(name, storage.type(), shape, place), view, data);
    }

    private float[] readStorage(Located located) throws IOException {
        ElementStream.requireReadable(located.entry());
        long count = located.view().storage().elements();
        if (count > Integer.MAX_VALUE - 8) {
            throw new InputException("cannot read tensor " + located.entry().name() + ": its storage has more than 2^31"
                    + " entries (" + located.entry().place() + ")");
        }
        skipLocalHeader(elements, located.data(), address);
        Entry whole = new Entry(
                located.entry().name(),
                located.entry().type(),
                new int[] {(int) count},
                located.entry().place());
        return elements.read(whole).values();
    }

    /** Row-major entries of the view; the storage itself where it is that already. */
    private static Tensor view(Located located, float[] storage) {
        int[] shape = located.entry().shape();
        long[] strides = located.view().strides();
        int count = 1;
        boolean contiguous = located.view().offset() == 0;
        for (int i = shape.length - 1; i >= 0; i--) {
            contiguous &= shape[i] == 1 || strides[i] == count;
            count = Math.multiplyExact(count, shape[i]);
        }
        if (contiguous && count == storage.length) {
            return new Tensor(shape, storage);
        }
        float[] values = new float[count];
        int[] index = new int[shape.length];
        for (int i = 0; i < count; i++) {
            long at = located.view().offset();
            for (int axis = 0; axis < shape.length; axis++) {
                at += index[axis] * strides[axis];
            }
            values[i] = storage[Math.toIntExact(at)];
            for (int axis = shape.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
                index[axis] = 0;
            }
        }
        return new Tensor(shape, values);
    }

    private static void skipLocalHeader(ElementStream stream, ZipDirectory.Entry entry, String address)
            throws IOException {
        stream.advanceTo(entry.headerOffset());
        int tail = ZipDirectory.localTailBytes(stream.readBytes(ZipDirectory.LOCAL_HEADER_BYTES), address);
        stream.readBytes(tail);
    }
}
