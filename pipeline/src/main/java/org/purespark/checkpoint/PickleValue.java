// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle of a state dict makes, as a description. Nothing here compares, hashes or prints what it holds, so that
 * values that hold themselves, or that are nested without end, are harmless.
 */
sealed interface PickleValue {
    /** What it is, for messages. */
    String kind();

    /** A text. */
    record Text(String value) implements PickleValue {
        @Override
        public String kind() {
            return "a text";
        }
    }

    /** An integer of up to 64 bits. */
    record Whole(long value) implements PickleValue {
        @Override
        public String kind() {
            return "an integer";
        }
    }

    /** A value that a state dict may hold and that no tensor needs. */
    enum Other implements PickleValue {
        NONE("None"),
        TRUE("True"),
        FALSE("False"),
        REAL("a number with a fraction"),
        /** Its items are not kept. */
        LIST("a list"),
        /** Where a group of operands begins; not a value of Python. */
        MARK("a mark");

        private final String kind;

        Other(String kind) {
            this.kind = kind;
        }

        @Override
        public String kind() {
            return kind;
        }
    }

    /** A name that the pickle imports: {@code torch.FloatStorage}. */
    record Global(String name) implements PickleValue {
        @Override
        public String kind() {
            return "the name " + name;
        }
    }

    /** A tuple. */
    record Tuple(List<PickleValue> items) implements PickleValue {
        @Override
        public String kind() {
            return "a tuple of " + items.size();
        }
    }

    /** A dictionary with texts as keys. */
    final class Dictionary implements PickleValue {
        private Map<String, PickleValue> entries;

        /** Adds or replaces an entry. */
        void put(String key, PickleValue value) {
            if (entries == null) {
                entries = new LinkedHashMap<>(2);
            }
            entries.put(key, value);
        }

        /** In the order in which keys came first. */
        Map<String, PickleValue> entries() {
            return entries == null ? Map.of() : entries;
        }

        @Override
        public String kind() {
            return "a dictionary";
        }
    }

    /** A run of elements in a file of its own. */
    record StorageRef(ElementType type, String key, long elements) implements PickleValue {
        @Override
        public String kind() {
            return "a storage";
        }
    }

    /** A view of a storage: element (i, j, …) is at offset + i·strides[0] + j·strides[1] + … */
    record TensorRef(StorageRef storage, long offset, long[] shape, long[] strides) implements PickleValue {
        @Override
        public String kind() {
            return "a tensor";
        }
    }
}
