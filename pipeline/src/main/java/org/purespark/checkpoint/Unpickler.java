// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.purespark.InputException;

/**
 * Reads the pickle of a PyTorch state dict as data. A pickle is a program; this machine knows only the instructions
 * that plain containers, numbers and texts need, and of the things that it may name only those that describe a tensor.
 * They become descriptions: nothing is called, imported or executed. Anything else is refused by name.
 *
 * <p>Opcodes as in Python's {@code pickletools}, protocols 2 to 4.
 */
final class Unpickler {
    /** A run of elements in a file of its own. */
    record StorageRef(ElementType type, String key, long elements) {}

    /** A view of a storage: element (i, j, …) is at offset + i·strides[0] + j·strides[1] + … */
    record TensorRef(StorageRef storage, long offset, long[] shape, long[] strides) {}

    private record Global(String name) {}

    private record Tuple(List<Object> items) {}

    private static final Object MARK = new Object();

    private static final String ORDERED_DICT = "collections.OrderedDict";
    private static final String REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
    private static final String REBUILD_PARAMETER = "torch._utils._rebuild_parameter";

    private static final Map<String, ElementType> STORAGES = Map.of(
            "torch.FloatStorage", ElementType.F32,
            "torch.HalfStorage", ElementType.F16,
            "torch.BFloat16Storage", ElementType.BF16,
            "torch.DoubleStorage", ElementType.F64,
            "torch.LongStorage", ElementType.I64,
            "torch.IntStorage", ElementType.I32,
            "torch.ShortStorage", ElementType.I16,
            "torch.CharStorage", ElementType.I8,
            "torch.ByteStorage", ElementType.U8,
            "torch.BoolStorage", ElementType.BOOL);

    private static final Set<String> CALLABLE = Set.of(ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER);

    private final ByteBuffer in;
    private final String place;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private Unpickler(byte[] pickle, String place) {
        this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        this.place = place;
    }

    /**
     * The entries of a pickled dictionary with text keys: {@link TensorRef} for tensors, anything else for the rest.
     *
     * @throws InputException if the pickle is not such a dictionary, or asks for more than a state dict needs
     */
    static Map<String, Object> stateDict(byte[] pickle, String place) throws IOException {
        Unpickler unpickler = new Unpickler(pickle, place);
        Object result;
        try {
            result = unpickler.run();
        } catch (BufferUnderflowException | IndexOutOfBoundsException | ClassCastException e) {
            throw new InputException(
                    "cannot read " + place + ": its pickle is damaged near byte " + unpickler.in.position(), e);
        }
        if (!(result instanceof Map<?, ?> map)) {
            throw unpickler.refused("it does not hold a dictionary of tensors");
        }
        Map<String, Object> entries = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String name)) {
                throw unpickler.refused("its dictionary has a key that is no text");
            }
            entries.put(name, entry.getValue());
        }
        return entries;
    }

    private Object run() {
        while (true) {
            int opcode = in.get() & 0xff;
            if (opcode == '.') {
                return pop();
            }
            if (!readLiteral(opcode) && !readMemo(opcode)) {
                build(opcode);
            }
        }
    }

    /** Instructions that push one value which stands in the pickle itself. */
    private boolean readLiteral(int opcode) {
        switch (opcode) {
            case 0x80 -> in.get(); // PROTO
            case 0x95 -> in.getLong(); // FRAME
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) in.getInt());
            case 'K' -> push((long) (in.get() & 0xff));
            case 'M' -> push((long) (in.getShort() & 0xffff));
            case 0x8a -> push(longOf(in.get() & 0xff));
            case 'G' -> push(in.order(ByteOrder.BIG_ENDIAN).getDouble());
            case 'X' -> push(text(in.getInt()));
            case 0x8c -> push(text(in.get() & 0xff));
            case '}' -> push(new LinkedHashMap<>());
            case ']' -> push(new ArrayList<>());
            case ')' -> push(new Tuple(List.of()));
            case '(' -> push(MARK);
            case 'c' -> push(global(line(), line()));
            default -> {
                return false;
            }
        }
        in.order(ByteOrder.LITTLE_ENDIAN);
        return true;
    }

    private boolean readMemo(int opcode) {
        switch (opcode) {
            case 'q' -> memo.put(in.get() & 0xff, top());
            case 'r' -> memo.put(in.getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> push(recalled(in.get() & 0xff));
            case 'j' -> push(recalled(in.getInt()));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Instructions that make something of what is on the stack. */
    private void build(int opcode) {
        switch (opcode) {
            case 't' -> push(new Tuple(popToMark()));
            case 0x85 -> push(new Tuple(popLast(1)));
            case 0x86 -> push(new Tuple(popLast(2)));
            case 0x87 -> push(new Tuple(popLast(3)));
            case 'a' -> {
                Object item = pop();
                list().add(item);
            }
            case 'e' -> {
                List<Object> items = popToMark();
                list().addAll(items);
            }
            case 's' -> setItems(popLast(2));
            case 'u' -> setItems(popToMark());
            case 0x93 -> {
                List<Object> names = popLast(2);
                push(global((String) names.get(0), (String) names.get(1)));
            }
            case 'Q' -> push(storage(pop()));
            case 'R' -> {
                List<Object> call = popLast(2);
                push(described((Global) call.get(0), ((Tuple) call.get(1)).items()));
            }
            case 'b' -> {
                // attributes of a container (the state dict's _metadata): of no use here
                pop();
                if (!(top() instanceof Map)) {
                    throw refused("it sets attributes of something that is no dictionary");
                }
            }
            default -> throw refused("instruction 0x" + Integer.toHexString(opcode) + " has no place in a state dict");
        }
    }

    private Global global(String module, String name) {
        String full = module + "." + name;
        if (!CALLABLE.contains(full) && !STORAGES.containsKey(full)) {
            throw refused("it names " + full + ", which a state dict has no need of");
        }
        return new Global(full);
    }

    /** What a call of one of the known functions would make, as a description. */
    private Object described(Global callee, List<Object> arguments) {
        return switch (callee.name()) {
            case ORDERED_DICT -> {
                if (!arguments.isEmpty()) {
                    throw refused("it makes an OrderedDict in an unknown way");
                }
                yield new LinkedHashMap<>();
            }
            case REBUILD_TENSOR -> new TensorRef(
                    (StorageRef) arguments.get(0),
                    (Long) arguments.get(1),
                    longs((Tuple) arguments.get(2)),
                    longs((Tuple) arguments.get(3)));
            case REBUILD_PARAMETER -> arguments.get(0);
            default -> throw refused("it calls " + callee.name());
        };
    }

    /** A persistent id: ("storage", type, key, device, number of elements). */
    private StorageRef storage(Object id) {
        List<Object> parts = ((Tuple) id).items();
        if (!"storage".equals(parts.get(0))) {
            throw refused("it refers to something outside that is no tensor storage");
        }
        String type = ((Global) parts.get(1)).name();
        if (!STORAGES.containsKey(type)) {
            throw refused("its storage is of the unknown type " + type);
        }
        return new StorageRef(STORAGES.get(type), (String) parts.get(2), (Long) parts.get(4));
    }

    private static long[] longs(Tuple tuple) {
        return tuple.items().stream().mapToLong(item -> (Long) item).toArray();
    }

    private Object recalled(int key) {
        if (!memo.containsKey(key)) {
            throw refused("it recalls something that it never kept");
        }
        return memo.get(key);
    }

    private long longOf(int length) {
        if (length > Long.BYTES) {
            throw refused("it holds an integer of " + length + " bytes");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            long part = in.get();
            value |= (i == length - 1 ? part : part & 0xff) << (8 * i);
        }
        return value;
    }

    private String text(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (byte b = in.get(); b != '\n'; b = in.get()) {
            line.append((char) (b & 0xff));
        }
        return line.toString();
    }

    private void setItems(List<Object> items) {
        @SuppressWarnings("unchecked")
        Map<Object, Object> map = (Map<Object, Object>) top();
        for (int i = 0; i < items.size(); i += 2) {
            map.put(items.get(i), items.get(i + 1));
        }
    }

    @SuppressWarnings("unchecked")
    private List<Object> list() {
        return (List<Object>) top();
    }

    private List<Object> popToMark() {
        int mark = stack.lastIndexOf(MARK);
        List<Object> items = popFrom(mark + 1);
        stack.remove(mark);
        return items;
    }

    private List<Object> popLast(int count) {
        return popFrom(stack.size() - count);
    }

    private List<Object> popFrom(int from) {
        List<Object> tail = stack.subList(from, stack.size());
        List<Object> items = new ArrayList<>(tail);
        tail.clear();
        return items;
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() {
        return stack.remove(stack.size() - 1);
    }

    private Object top() {
        return stack.get(stack.size() - 1);
    }

    private InputException refused(String what) {
        return new InputException("cannot read " + place + ": " + what
                + "; nothing in it was executed. Convert the weights to safetensors, or save a plain state dict");
    }
}
