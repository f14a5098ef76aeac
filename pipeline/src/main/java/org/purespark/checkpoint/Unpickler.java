// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.checkpoint.PickleValue.Dictionary;
import org.purespark.checkpoint.PickleValue.Global;
import org.purespark.checkpoint.PickleValue.Other;
import org.purespark.checkpoint.PickleValue.StorageRef;
import org.purespark.checkpoint.PickleValue.TensorRef;
import org.purespark.checkpoint.PickleValue.Text;
import org.purespark.checkpoint.PickleValue.Tuple;
import org.purespark.checkpoint.PickleValue.Whole;

/**
 * Reads the pickle of a PyTorch state dict as data. A pickle is a program; this machine knows only the instructions
 * that plain containers, numbers and texts need, and of the things that it may name only those that describe a tensor.
 * They become descriptions: nothing is called, imported or executed. Anything else is refused by name. Time and memory
 * grow with the pickle's length and with nothing else.
 *
 * <p>Opcodes as in Python's {@code pickletools}, protocols 2 to 4.
 */
final class Unpickler {
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

    /** Longer keys would make it costly to compare those that have the same hash. */
    private static final int MOST_KEY_CHARACTERS = 1000;

    private final PickleInput in;
    private final String place;
    private final List<PickleValue> stack = new ArrayList<>();
    private PickleValue[] memo = new PickleValue[64];
    private int kept;

    private Unpickler(byte[] pickle, String place) {
        this.in = new PickleInput(ByteBuffer.wrap(pickle));
        this.place = place;
    }

    /** Whether a state dict may name it: {@code torch.FloatStorage}. */
    static boolean isKnown(String global) {
        return CALLABLE.contains(global) || STORAGES.containsKey(global);
    }

    /**
     * The tensors of a pickled dictionary with text keys; its other entries are left out.
     *
     * @throws InputException if the pickle is not such a dictionary, or asks for more than a state dict needs
     */
    static Map<String, TensorRef> stateDict(byte[] pickle, String place) {
        Unpickler unpickler = new Unpickler(pickle, place);
        PickleValue result;
        try {
            result = unpickler.run();
        } catch (BufferUnderflowException e) {
            throw unpickler.damaged(e);
        }
        if (!(result instanceof Dictionary dictionary)) {
            throw unpickler.refused("it does not hold a dictionary of tensors, but " + result.kind());
        }
        Map<String, TensorRef> tensors = new LinkedHashMap<>();
        dictionary.entries().forEach((name, value) -> {
            if (value instanceof TensorRef tensor) {
                tensors.put(name, tensor);
            }
        });
        return tensors;
    }

    private PickleValue run() {
        while (true) {
            int opcode = in.oneByte();
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
            case 0x80 -> in.oneByte(); // PROTO
            case 0x95 -> in.eightBytes(); // FRAME
            case 'N' -> push(Other.NONE);
            case 0x88 -> push(Other.TRUE);
            case 0x89 -> push(Other.FALSE);
            case 'J' -> push(new Whole(in.fourBytes()));
            case 'K' -> push(new Whole(in.oneByte()));
            case 'M' -> push(new Whole(in.twoBytes()));
            case 0x8a -> push(whole(in.oneByte()));
            case 'G' -> {
                in.eightBytes();
                push(Other.REAL);
            }
            case 'X' -> push(text(in.fourBytes()));
            case 0x8c -> push(text(in.oneByte()));
            case '}' -> push(new Dictionary());
            case ']' -> push(Other.LIST);
            case ')' -> push(new Tuple(List.of()));
            case '(' -> push(Other.MARK);
            case 'c' -> push(global(in.line(), in.line()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readMemo(int opcode) {
        switch (opcode) {
            case 'q' -> keep(in.oneByte());
            case 'r' -> keep(in.fourBytes());
            case 0x94 -> keep(kept);
            case 'h' -> push(recalled(in.oneByte()));
            case 'j' -> push(recalled(in.fourBytes()));
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
                popLast(1);
                requireList();
            }
            case 'e' -> {
                popToMark();
                requireList();
            }
            case 's' -> setItems(popLast(2));
            case 'u' -> setItems(popToMark());
            case 0x93 -> {
                List<PickleValue> names = popLast(2);
                push(global(asText(names.get(0), "a module"), asText(names.get(1), "a name in a module")));
            }
            case 'Q' -> push(storage(pop()));
            case 'R' -> {
                List<PickleValue> call = popLast(2);
                if (!(call.get(0) instanceof Global callee)) {
                    throw refused("it calls " + call.get(0).kind());
                }
                push(described(callee, asTuple(call.get(1), "the arguments of " + callee.name())));
            }
            case 'b' -> {
                // attributes of a container (the state dict's _metadata): of no use here
                pop();
                if (!(top() instanceof Dictionary)) {
                    throw refused("it sets attributes of something that is no dictionary");
                }
            }
            default -> throw refused("instruction 0x" + Integer.toHexString(opcode) + " has no place in a state dict");
        }
    }

    private Global global(String module, String name) {
        String full = module + "." + name;
        if (!isKnown(full)) {
            throw refused("it names " + Shown.of(full) + ", which a state dict has no need of");
        }
        return new Global(full);
    }

    /** What a call of one of the known functions would make, as a description. */
    private PickleValue described(Global callee, List<PickleValue> arguments) {
        switch (callee.name()) {
            case ORDERED_DICT -> {
                if (!arguments.isEmpty()) {
                    throw refused("it makes an OrderedDict in an unknown way");
                }
                return new Dictionary();
            }
            case REBUILD_TENSOR -> {
                requireArguments(callee, arguments, 4);
                requireNoMetadata(arguments);
                if (!(arguments.get(0) instanceof StorageRef storage)) {
                    throw refused("it makes a tensor of " + arguments.get(0).kind() + ", expected a storage");
                }
                return new TensorRef(
                        storage,
                        asWhole(arguments.get(1), "a tensor's offset"),
                        asWholes(arguments.get(2), "a tensor's shape"),
                        asWholes(arguments.get(3), "a tensor's strides"));
            }
            case REBUILD_PARAMETER -> {
                requireArguments(callee, arguments, 1);
                if (!(arguments.get(0) instanceof TensorRef tensor)) {
                    throw refused("it makes a parameter of " + arguments.get(0).kind() + ", expected a tensor");
                }
                return tensor;
            }
            default -> throw refused("it calls " + callee.name());
        }
    }

    /** Refuses a tensor whose seventh argument changes what it is, such as its sign. */
    private void requireNoMetadata(List<PickleValue> arguments) {
        PickleValue metadata = arguments.size() < 7 ? Other.NONE : arguments.get(6);
        boolean none = metadata == Other.NONE
                || metadata instanceof Dictionary entries && entries.entries().isEmpty();
        if (!none || arguments.size() > 7) {
            throw refused("it makes a tensor with attributes of its own, which PyTorch applies to the stored elements");
        }
    }

    private void requireArguments(Global callee, List<PickleValue> arguments, int least) {
        if (arguments.size() < least) {
            throw refused("it calls " + callee.name() + " with " + arguments.size() + " arguments, expected " + least
                    + " or more");
        }
    }

    /** A persistent id: ("storage", type, key, device, number of elements). */
    private StorageRef storage(PickleValue id) {
        List<PickleValue> parts = asTuple(id, "the name of a storage");
        if (parts.size() < 5
                || !(parts.get(0) instanceof Text word)
                || !word.value().equals("storage")) {
            throw refused("it refers to something outside that is no tensor storage");
        }
        if (!(parts.get(1) instanceof Global type) || !STORAGES.containsKey(type.name())) {
            throw refused("its storage is of the unknown type " + parts.get(1).kind());
        }
        String key = asText(parts.get(2), "a storage's key");
        return new StorageRef(STORAGES.get(type.name()), key, asWhole(parts.get(4), "a storage's size"));
    }

    private String asText(PickleValue value, String what) {
        if (value instanceof Text text) {
            return text.value();
        }
        throw refused(what + " is " + value.kind() + ", expected a text");
    }

    private long asWhole(PickleValue value, String what) {
        if (value instanceof Whole whole) {
            return whole.value();
        }
        throw refused(what + " is " + value.kind() + ", expected an integer");
    }

    private List<PickleValue> asTuple(PickleValue value, String what) {
        if (value instanceof Tuple tuple) {
            return tuple.items();
        }
        throw refused(what + " is " + value.kind() + ", expected a tuple");
    }

    private long[] asWholes(PickleValue value, String what) {
        return asTuple(value, what).stream()
                .mapToLong(item -> asWhole(item, "a number of " + what))
                .toArray();
    }

    private void keep(int key) {
        // every value that is kept takes a byte of the pickle, so that larger keys have no use
        if (key < 0 || key > in.length()) {
            throw refused("it keeps a value under the number " + key);
        }
        if (key >= memo.length) {
            memo = Arrays.copyOf(memo, Math.max(key + 1, memo.length + memo.length / 2));
        }
        if (memo[key] == null) {
            kept++;
        }
        memo[key] = top();
    }

    private PickleValue recalled(int key) {
        if (key < 0 || key >= memo.length || memo[key] == null) {
            throw refused("it recalls something that it never kept");
        }
        return memo[key];
    }

    private Whole whole(int length) {
        if (length > Long.BYTES) {
            throw refused("it holds an integer of " + length + " bytes");
        }
        return new Whole(in.integer(length));
    }

    private Text text(int length) {
        return new Text(in.text(length).orElseThrow(() -> damaged(null)));
    }

    private void setItems(List<PickleValue> items) {
        if (!(top() instanceof Dictionary dictionary)) {
            throw refused("it sets an entry of " + top().kind() + ", expected a dictionary");
        }
        if (items.size() % 2 != 0) {
            throw refused("it sets a key of a dictionary without a value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            if (!(items.get(i) instanceof Text key)) {
                throw refused("its dictionary has a key that is no text, but "
                        + items.get(i).kind());
            }
            if (key.value().length() > MOST_KEY_CHARACTERS) {
                throw refused("its dictionary has a key of " + key.value().length() + " characters, the most is "
                        + MOST_KEY_CHARACTERS);
            }
            dictionary.put(key.value(), items.get(i + 1));
        }
    }

    private void requireList() {
        if (top() != Other.LIST) {
            throw refused("it adds an item to " + top().kind() + ", expected a list");
        }
    }

    private List<PickleValue> popToMark() {
        int mark = stack.size() - 1;
        while (mark >= 0 && stack.get(mark) != Other.MARK) {
            mark--;
        }
        if (mark < 0) {
            throw damaged(null);
        }
        List<PickleValue> items = popLast(stack.size() - mark - 1);
        stack.remove(mark);
        return items;
    }

    /** The last values, in their order; without an array for the usual small numbers. */
    private List<PickleValue> popLast(int count) {
        if (count == 1) {
            return List.of(popOperand());
        }
        if (count > stack.size()) {
            throw damaged(null);
        }
        PickleValue[] items = new PickleValue[count];
        for (int i = count - 1; i >= 0; i--) {
            items[i] = popOperand();
        }
        return Arrays.asList(items);
    }

    private PickleValue popOperand() {
        PickleValue value = pop();
        if (value == Other.MARK) {
            throw damaged(null);
        }
        return value;
    }

    private void push(PickleValue value) {
        stack.add(value);
    }

    private PickleValue pop() {
        PickleValue value = top();
        stack.remove(stack.size() - 1);
        return value;
    }

    private PickleValue top() {
        if (stack.isEmpty()) {
            throw damaged(null);
        }
        return stack.get(stack.size() - 1);
    }

    private InputException damaged(Exception cause) {
        return new InputException("cannot read " + place + ": its pickle is damaged near byte " + in.position(), cause);
    }

    private InputException refused(String what) {
        return new InputException("cannot read " + place + ": " + what
                + "; nothing in it was executed. Convert the weights to safetensors, or save a plain state dict");
    }
}
