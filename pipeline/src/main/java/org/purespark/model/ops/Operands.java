// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * The operands of an operation. They have two forms: by position, as in SameDiff and the session, and by name, as a
 * record of {@link org.purespark.model.engine.Kernels}. Only the components of the record decide the order.
 *
 * @param values by position; null for an output that is not read
 */
public record Operands<V>(List<V> values) {

    public interface Two<V, R> {
        R of(V a, V b);
    }

    public interface Three<V, R> {
        R of(V a, V b, V c);
    }

    public interface Four<V, R> {
        R of(V a, V b, V c, V d);
    }

    public interface Five<V, R> {
        R of(V a, V b, V c, V d, V e);
    }

    public interface Six<V, R> {
        R of(V a, V b, V c, V d, V e, V f);
    }

    /** The only operand. */
    public V only() {
        expect(1);
        return values.get(0);
    }

    public <R> R as(Two<V, R> make) {
        expect(2);
        return make.of(values.get(0), values.get(1));
    }

    public <R> R as(Three<V, R> make) {
        expect(3);
        return make.of(values.get(0), values.get(1), values.get(2));
    }

    public <R> R as(Four<V, R> make) {
        expect(4);
        return make.of(values.get(0), values.get(1), values.get(2), values.get(3));
    }

    public <R> R as(Five<V, R> make) {
        expect(5);
        return make.of(values.get(0), values.get(1), values.get(2), values.get(3), values.get(4));
    }

    public <R> R as(Six<V, R> make) {
        expect(6);
        return make.of(values.get(0), values.get(1), values.get(2), values.get(3), values.get(4), values.get(5));
    }

    private void expect(int count) {
        if (values.size() != count) {
            throw new IllegalStateException("an operation of " + count + " operands has " + values.size());
        }
    }

    /** The components of a record, in their order; a list is replaced by its elements. */
    static <V> List<V> list(Record named) {
        List<V> values = new ArrayList<>();
        for (RecordComponent component : named.getClass().getRecordComponents()) {
            add(values, component(named, component));
        }
        return values;
    }

    @SuppressWarnings("unchecked") // All operands of a record have the same type.
    private static <V> void add(List<V> values, Object component) {
        if (component instanceof List<?> several) {
            values.addAll((List<V>) several);
        } else {
            values.add((V) component);
        }
    }

    private static Object component(Record named, RecordComponent component) {
        try {
            return component.getAccessor().invoke(named);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + component.getName() + " of " + named.getClass(), e);
        }
    }
}
