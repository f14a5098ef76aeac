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
import org.purespark.Shown;
import org.purespark.storage.Storage;

/**
 * Reads a PyTorch state dict ({@code torch.save}, the zip format of version 1.6 and later) as data: see
 * {@link Unpickler}. Tensors come in the order of their storages in the file.
 */
final class StateDictReader implements TensorFile {
    private static final String PICKLE = "data.pkl";
    private static final int MAX_PICKLE_BYTES = 32_000_000;
    private static final int MOST_BYTE_ORDER_BYTES = 16;
    private static final int MOST_AXES = 64;

    /**
     * The elements of all tensors may be this many times those of all storages: weights that are shared between the
     * parts of a model are listed twice or three times.
     */
    private static final int MOST_SHARING = 4;

    private record Located(Entry entry, PickleValue.TensorRef view, ZipDirectory.Entry data) {}

    private final String address;
    private final InputStream in;
    private final ElementStream elements;
    private final List<Located> tensors = new ArrayList<>();

    private StateDictReader(String address, InputStream in, Map<String, ZipDirectory.Entry> files, String root)
            throws IOException {
        this.address = address;
        this.in = in;
        this.elements = new ElementStream(in, 0);
        ZipDirectory.Entry pickle = files.get(root + PICKLE);
        Unpickler.stateDict(readPickle(pickle), address)
                .forEach((name, view) -> tensors.add(locate(name, view, files, root)));
        if (tensors.isEmpty()) {
            throw new InputException("cannot read " + address + ": its dictionary holds no tensors; save the model's"
                    + " state_dict() itself");
        }
        tensors.sort(
                Comparator.comparingLong((Located located) -> located.data().headerOffset())
                        .thenComparing(located -> located.entry().name()));
        if (tensors.get(0).data().headerOffset() < pickle.headerOffset()) {
            throw new InputException("cannot read " + address
                    + ": data.pkl stands behind tensors, where torch.save never puts it; save the model again");
        }
        requireApart(pickle);
        requireOneType();
        requireNoExpansion();
    }

    /**
     * Opens the file and reads its description of the tensors.
     *
     * @throws InputException if the file is no state dict in the zip format, or asks for more than data
     */
    static StateDictReader open(Storage storage, String address) throws IOException {
        requireZip(storage, address);
        Map<String, ZipDirectory.Entry> files = ZipDirectory.read(storage, address);
        String root = root(address, files);
        requireLittleEndian(storage, address, files.get(root + "byteorder"));
        InputStream in = storage.open(address);
        try {
            return new StateDictReader(address, in, files, root);
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

    /** Leaves out views that are not a whole storage in its own order. */
    @Override
    public void checkEach(BiConsumer<Entry, TensorValues> sink) throws IOException {
        ZipDirectory.Entry before = null;
        for (Located located : tensors) {
            Entry entry = located.entry();
            if (located.data().equals(before) || !entry.type().isReadable() || !isWholeStorage(located.view())) {
                continue;
            }
            before = located.data();
            skipLocalHeader(elements, located.data(), address);
            ValueCheck check = new ValueCheck(entry);
            elements.scan(entry, check::accept);
            sink.accept(entry, check.result());
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static void requireZip(Storage storage, String address) throws IOException {
        byte[] start;
        try (InputStream in = storage.open(address)) {
            start = in.readNBytes(GitLfsPointer.START_BYTES);
        }
        if (GitLfsPointer.starts(start)) {
            throw new InputException("cannot read " + address + ": " + GitLfsPointer.ADVICE);
        }
        boolean zip = Arrays.equals(Arrays.copyOf(start, 4), new byte[] {'P', 'K', 3, 4});
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

    /** The directory in the zip file that holds data.pkl, with a slash at its end. */
    private static String root(String address, Map<String, ZipDirectory.Entry> files) {
        List<String> pickles = files.keySet().stream()
                .filter(name -> name.endsWith("/" + PICKLE))
                .limit(2)
                .toList();
        if (pickles.size() != 1) {
            throw new InputException("cannot read " + address + ": it is a zip file "
                    + (pickles.isEmpty() ? "without " : "with more than one ") + PICKLE
                    + ", not a PyTorch state dict");
        }
        String pickle = pickles.get(0);
        return pickle.substring(0, pickle.length() - PICKLE.length());
    }

    /** @param entry of the file's byte order; null if it has none, as PyTorch before 2.1 writes it */
    private static void requireLittleEndian(Storage storage, String address, ZipDirectory.Entry entry)
            throws IOException {
        if (entry == null) {
            return;
        }
        try (InputStream in = storage.open(address)) {
            ElementStream stream = new ElementStream(in, 0);
            skipLocalHeader(stream, entry, address);
            byte[] content = stream.readBytes((int) Math.min(entry.bytes(), MOST_BYTE_ORDER_BYTES));
            String order = new String(content, StandardCharsets.US_ASCII);
            if (!order.equals("little")) {
                throw new InputException("cannot read " + address + ": its byte order is " + Shown.of(order)
                        + "; only little-endian files are read");
            }
        }
    }

    /** Refuses storages that lie in each other: they are read once each, from front to back. */
    private void requireApart(ZipDirectory.Entry pickle) {
        ZipDirectory.Entry before = pickle;
        String name = PICKLE;
        for (Located located : tensors) {
            ZipDirectory.Entry data = located.data();
            if (data.equals(before)) {
                continue;
            }
            if (data.headerOffset() < before.headerOffset() + ZipDirectory.LOCAL_HEADER_BYTES + before.bytes()) {
                throw new InputException("cannot read tensor " + located.entry().shown() + ": its storage overlaps that"
                        + " of " + Shown.of(name) + " (" + located.entry().place() + ")");
            }
            before = data;
            name = located.entry().name();
        }
    }

    /** Refuses a storage that is elements of one type for one tensor and of another type for another one. */
    private void requireOneType() {
        Located before = null;
        for (Located located : tensors) {
            boolean same = before != null && located.data().equals(before.data());
            if (same && located.entry().type() != before.entry().type()) {
                throw new InputException("cannot read tensor " + located.entry().shown()
                        + ": its storage has elements of "
                        + located.entry().type() + ", and of " + before.entry().type() + " for tensor "
                        + before.entry().shown() + "; save the model again ("
                        + located.entry().place() + ")");
            }
            before = located;
        }
    }

    /** Refuses a small file that stands for large tensors. */
    private void requireNoExpansion() {
        long stored = 0;
        long listed = 0;
        ZipDirectory.Entry before = null;
        for (Located located : tensors) {
            if (!located.data().equals(before)) {
                before = located.data();
                stored += located.view().storage().elements();
            }
            listed += elements(located.view().shape());
        }
        if (listed / MOST_SHARING > stored) {
            throw new InputException("cannot read " + address + ": its tensors have " + listed + " elements in all, its"
                    + " storages " + stored + "; save the model again with tensors that are contiguous");
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

    private Located locate(
            String name, PickleValue.TensorRef view, Map<String, ZipDirectory.Entry> files, String root) {
        PickleValue.StorageRef storage = view.storage();
        String place = address + ", storage " + Shown.of(storage.key());
        ZipDirectory.Entry data = files.get(root + "data/" + storage.key());
        if (data == null) {
            throw new InputException(
                    "cannot read tensor " + Shown.of(name) + ": its storage is missing (" + place + ")");
        }
        int bytes = storage.type().bytes();
        if (!data.stored() || data.bytes() % bytes != 0 || data.bytes() / bytes != storage.elements()) {
            throw new InputException("cannot read tensor " + Shown.of(name) + ": its storage has " + data.bytes()
                    + " bytes, expected " + storage.elements() + " uncompressed elements of " + storage.type() + " ("
                    + place + ")");
        }
        if (!reachesInside(view)) {
            throw new InputException("cannot read tensor " + Shown.of(name) + ": shape "
                    + Shown.of(Arrays.toString(view.shape())) + " reaches outside of its storage (" + place + ")");
        }
        if (elements(view.shape()) > storage.elements()) {
            throw new InputException("cannot read tensor " + Shown.of(name) + ": shape "
                    + Arrays.toString(view.shape()) + " has more elements than its storage, which has "
                    + storage.elements() + "; save the model again with tensors that are contiguous (" + place + ")");
        }
        int[] shape = Arrays.stream(view.shape()).mapToInt(Math::toIntExact).toArray();
        return new Located(new Entry(name, storage.type(), shape, place), view, data);
    }

    /** Whether each element of the view is one of its storage. */
    private static boolean reachesInside(PickleValue.TensorRef view) {
        long elements = view.storage().elements();
        long[] shape = view.shape();
        if (view.offset() < 0
                || view.offset() > elements
                || shape.length != view.strides().length
                || shape.length > MOST_AXES) {
            return false;
        }
        long last = view.offset();
        boolean empty = false;
        for (int i = 0; i < shape.length; i++) {
            long stride = view.strides()[i];
            if (shape[i] < 0 || shape[i] > Integer.MAX_VALUE || stride < 0 || stride > Integer.MAX_VALUE) {
                return false;
            }
            empty |= shape[i] == 0;
            // each summand is below 2^62
            last = Math.min(last + Math.max(0, shape[i] - 1) * stride, elements);
        }
        return empty || last < elements;
    }

    /** The product of the shape; at most {@link Long#MAX_VALUE}. */
    private static long elements(long[] shape) {
        long count = 1;
        for (long size : shape) {
            count = size != 0 && count > Long.MAX_VALUE / size ? Long.MAX_VALUE : count * size;
        }
        return count;
    }

    private float[] readStorage(Located located) throws IOException {
        ElementStream.requireReadable(located.entry());
        long count = located.view().storage().elements();
        if (count > Integer.MAX_VALUE - 8) {
            throw new InputException(
                    "cannot read tensor " + located.entry().shown() + ": its storage has more than 2^31" + " entries ("
                            + located.entry().place() + ")");
        }
        skipLocalHeader(elements, located.data(), address);
        Entry whole = new Entry(
                located.entry().name(),
                located.entry().type(),
                new int[] {(int) count},
                located.entry().place());
        return elements.read(whole).values();
    }

    /** Whether the view has all elements of its storage, in their order. */
    private static boolean isWholeStorage(PickleValue.TensorRef view) {
        long count = 1;
        boolean inOrder = view.offset() == 0;
        for (int i = view.shape().length - 1; i >= 0; i--) {
            inOrder &= view.shape()[i] == 1 || view.strides()[i] == count;
            count *= view.shape()[i];
        }
        return inOrder && count == view.storage().elements();
    }

    /** Row-major entries of the view; the storage itself where it is that already. */
    private static Tensor view(Located located, float[] storage) {
        int[] shape = located.entry().shape();
        if (isWholeStorage(located.view())) {
            return new Tensor(shape, storage);
        }
        long[] strides = located.view().strides();
        float[] values = new float[Math.toIntExact(elements(located.view().shape()))];
        int[] index = new int[shape.length];
        for (int i = 0; i < values.length; i++) {
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
        if (entry.headerOffset() < stream.position()) {
            throw new InputException("cannot read " + address + ": an entry of the zip file at byte "
                    + entry.headerOffset() + " overlaps the one before it, which ends at " + stream.position());
        }
        stream.advanceTo(entry.headerOffset());
        int tail = ZipDirectory.localTailBytes(stream.readBytes(ZipDirectory.LOCAL_HEADER_BYTES), address);
        stream.readBytes(tail);
    }
}
