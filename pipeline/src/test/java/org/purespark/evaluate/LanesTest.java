// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class LanesTest {
    private static final List<Integer> ITEMS = IntStream.range(0, 100).boxed().toList();

    private final AtomicInteger lent = new AtomicInteger();
    private final AtomicInteger back = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 200})
    void resultsAreInTheOrderOfTheItemsAndThereAreNoMoreLanesThanItems(int lanes) {
        List<Integer> squares = new Lanes(lanes).map(ITEMS, this::lend, (resource, item) -> item * item);
        assertThat(squares).isEqualTo(ITEMS.stream().map(item -> item * item).toList());
        assertThat(lent).hasValue(Math.min(lanes, 100));
        assertThat(back).hasValue(lent.get());
    }

    @Test
    void lanesWorkAtTheSameTimeEachWithAThingOfItsOwn() {
        CyclicBarrier all = new CyclicBarrier(3);
        Set<Integer> resources = ConcurrentHashMap.newKeySet();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        new Lanes(3).map(List.of(1, 2, 3), this::lend, (resource, item) -> {
            await(all);
            resources.add(resource);
            threads.add(Thread.currentThread());
            return item;
        });
        assertThat(resources).hasSize(3);
        assertThat(threads).hasSize(3).contains(Thread.currentThread());
        assertThat(threads).filteredOn(Thread::isAlive).containsExactly(Thread.currentThread());
    }

    @Test
    void theFirstFailureIsThrownWhenAllHaveStoppedAndNothingMoreIsBegun() {
        List<Integer> begun = Collections.synchronizedList(new ArrayList<>());
        CyclicBarrier both = new CyclicBarrier(2);
        assertThatThrownBy(() -> new Lanes(2).map(ITEMS, this::lend, (resource, item) -> {
                    begun.add(item);
                    await(both);
                    throw new IllegalStateException("item " + item + " failed");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("item [01] failed")
                .satisfies(first -> assertThat(first.getSuppressed()).hasSize(1));
        assertThat(begun).containsExactlyInAnyOrder(0, 1);
        assertThat(back).hasValue(2);
    }

    @Test
    void aThingThatCannotBeHadIsAFailureToo() {
        assertThatThrownBy(() -> new Lanes(1)
                        .<Integer, Integer, Integer>map(
                                ITEMS,
                                lane -> {
                                    throw new IllegalArgumentException("no model");
                                },
                                Integer::sum))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no model");
    }

    @Test
    void anInterruptedCallerStillWaitsAndStaysInterrupted() {
        CyclicBarrier both = new CyclicBarrier(2);
        AtomicInteger done = new AtomicInteger();
        Thread caller = Thread.currentThread();
        new Lanes(2).map(List.of(1, 2), this::lend, (resource, item) -> {
            await(both);
            if (Thread.currentThread() != caller) {
                caller.interrupt();
                pause();
            }
            return done.incrementAndGet();
        });
        assertThat(done).hasValue(2);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void noItemsNeedNoLane() {
        assertThat(new Lanes(4).<Integer, Integer, Integer>map(List.of(), this::lend, Integer::sum))
                .isEmpty();
        assertThatThrownBy(() -> new Lanes(0)).hasMessage("lanes 0 must be at least 1");
    }

    private void lend(Consumer<Integer> lane) {
        int resource = lent.incrementAndGet();
        try {
            lane.accept(resource);
        } finally {
            back.incrementAndGet();
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
