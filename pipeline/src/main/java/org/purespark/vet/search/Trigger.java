// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.ArrayList;
import java.util.List;

/**
 * A short input.
 *
 * @param tokens ids, at least one
 * @param position where it stands
 */
public record Trigger(List<Integer> tokens, Position position) {
    public Trigger {
        tokens = List.copyOf(tokens);
    }

    static Trigger of(int token) {
        return new Trigger(List.of(token), Position.START);
    }

    Trigger at(Position other) {
        return new Trigger(tokens, other);
    }

    /** With one token more at its end. */
    Trigger with(int token) {
        List<Integer> more = new ArrayList<>(tokens);
        more.add(token);
        return new Trigger(more, position);
    }

    /** With another token in one place. */
    Trigger with(int place, int token) {
        List<Integer> other = new ArrayList<>(tokens);
        other.set(place, token);
        return new Trigger(other, position);
    }
}
