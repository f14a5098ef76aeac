// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.purespark.InputException;
import org.purespark.evaluate.BatchEvaluation;
import org.purespark.evaluate.EncodedBatch;
import org.purespark.evaluate.LoadedModel;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.ModelWeights;
import org.purespark.model.Device;
import org.purespark.storage.Storage;
import org.purespark.task.Answers;

/** {@link ModelWeights} refuse to be closed twice, or while a model is open on them: a test that ends shows neither. */
@Timeout(60)
class ExecutorModelsTest {
    private static final Device ONE_CORE = new Device.Cpu(1);
    private static final Storage STORAGE = new Storage(new Configuration(false));
    private static final ModelSource BERT = source("bert");
    private static final ModelSource ELECTRA = source("electra");
    private static final EncodedBatch BATCH = new EncodedBatch(
            List.of(new int[] {1, 5, 7, 2}, new int[] {1, 9, 2}), new Answers.Classes(new int[] {0, 1}));
    private static final int TASKS = 4;

    private final List<ModelWeights> loaded = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorModels models = new ExecutorModels((storage, source, device) -> {
        ModelWeights weights = ModelWeights.read(storage, source, device);
        loaded.add(weights);
        return weights;
    });
    private final ExecutorService threads = Executors.newFixedThreadPool(TASKS);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void tasksThatComeAtOnceShareWeightsThatAreReadOnce() throws Exception {
        float[][] expected = models.borrow(STORAGE, BERT, ONE_CORE, model -> BatchEvaluation.logits(model, BATCH));
        models.clear();
        loaded.clear();
        CyclicBarrier allBorrow = new CyclicBarrier(TASKS);
        Set<Object> graphs = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        Set<Object> parameters = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        List<float[][]> logits = inThreads(() -> models.borrow(STORAGE, BERT, ONE_CORE, model -> {
            await(allBorrow);
            graphs.add(model.classifier());
            parameters.add(model.classifier().parameters());
            return BatchEvaluation.logits(model, BATCH);
        }));
        assertThat(loaded).hasSize(1);
        assertThat(parameters).hasSize(1);
        assertThat(graphs).hasSize(TASKS);
        assertThat(logits).allSatisfy(found -> assertThat(found).isDeepEqualTo(expected));
        models.clear();
        assertThat(loaded.get(0).closed()).isTrue();
    }

    @Test
    void aGraphReadsTheSharedWeightsThemselves() {
        models.borrow(
                STORAGE,
                BERT,
                ONE_CORE,
                one -> models.borrow(STORAGE, BERT, ONE_CORE, other -> {
                    float[][] before = BatchEvaluation.logits(one, BATCH);
                    int bias = one.classifier()
                            .parameters()
                            .layout()
                            .slice("classifier.bias")
                            .offset();
                    one.classifier().parameters().memory().put(bias, new float[] {1000f}, 0, 1);
                    float[][] after = BatchEvaluation.logits(one, BATCH);
                    assertThat(after[0][0]).isGreaterThan(before[0][0] + 900);
                    return assertThat(BatchEvaluation.logits(other, BATCH)).isDeepEqualTo(after);
                }));
        models.clear();
    }

    @Test
    void aLaterTaskGetsTheGraphOfAnEarlierOne() {
        Set<LoadedModel> borrowed = new HashSet<>();
        for (int task = 0; task < 3; task++) {
            models.borrow(STORAGE, BERT, ONE_CORE, borrowed::add);
        }
        assertThat(borrowed).hasSize(1);
        assertThat(loaded).hasSize(1);
        models.clear();
    }

    @Test
    void anotherModelClosesTheOneThatIsIdleBeforeItIsRead() {
        List<Boolean> closed = new ArrayList<>();
        ExecutorModels watched = new ExecutorModels((storage, source, device) -> {
            loaded.forEach(weights -> closed.add(weights.closed()));
            loaded.add(ModelWeights.read(storage, source, device));
            return loaded.get(loaded.size() - 1);
        });
        watched.borrow(STORAGE, BERT, ONE_CORE, model -> model);
        watched.borrow(STORAGE, ELECTRA, ONE_CORE, model -> model);
        assertThat(closed).containsExactly(true);
        watched.borrow(STORAGE, BERT, ONE_CORE, model -> model);
        assertThat(loaded).extracting(ModelWeights::closed).containsExactly(true, true, false);
        watched.clear();
    }

    @Test
    void weightsInUseAreClosedWhenTheLastOfTheirTasksGivesBack() throws Exception {
        CountDownLatch otherAsked = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(2);
        Callable<Boolean> task = () -> models.borrow(STORAGE, BERT, ONE_CORE, model -> {
            busy.countDown();
            await(otherAsked);
            BatchEvaluation.logits(model, BATCH);
            return loaded.get(0).closed();
        });
        Future<Boolean> first = threads.submit(task);
        Future<Boolean> second = threads.submit(task);
        busy.await();
        models.borrow(STORAGE, ELECTRA, ONE_CORE, model -> model);
        assertThat(loaded).extracting(ModelWeights::closed).containsExactly(false, false);
        otherAsked.countDown();
        assertThat(first.get()).isFalse();
        assertThat(second.get()).isFalse();
        assertThat(loaded).extracting(ModelWeights::closed).containsExactly(true, false);
        models.clear();
        assertThat(loaded).extracting(ModelWeights::closed).containsExactly(true, true);
    }

    @Test
    void aModelThatIsClearedWhileInUseIsReadAnewByTheNextTask() {
        models.borrow(STORAGE, BERT, ONE_CORE, model -> {
            models.clear();
            assertThat(loaded.get(0).closed()).isFalse();
            return BatchEvaluation.logits(model, BATCH);
        });
        assertThat(loaded.get(0).closed()).isTrue();
        models.borrow(STORAGE, BERT, ONE_CORE, model -> BatchEvaluation.logits(model, BATCH));
        assertThat(loaded).extracting(ModelWeights::closed).containsExactly(true, false);
        models.clear();
    }

    @Test
    void aFailedReadFailsItsOwnTaskAndTheNextOneReadsAgain() {
        List<String> failures = new ArrayList<>(List.of("first", "second"));
        ExecutorModels failing = new ExecutorModels((storage, source, device) -> {
            if (!failures.isEmpty()) {
                throw new InputException(failures.remove(0) + " failure");
            }
            loaded.add(ModelWeights.read(storage, source, device));
            return loaded.get(0);
        });
        for (String which : List.of("first", "second")) {
            assertThatThrownBy(() -> failing.borrow(STORAGE, BERT, ONE_CORE, model -> model))
                    .isInstanceOf(InputException.class)
                    .hasMessage(which + " failure");
        }
        float[][] logits = failing.borrow(STORAGE, BERT, ONE_CORE, model -> BatchEvaluation.logits(model, BATCH));
        assertThat(logits.length).isEqualTo(2);
        failing.clear();
        assertThat(loaded).extracting(ModelWeights::closed).containsExactly(true);
    }

    @Test
    void workThatFailsTakesItsGraphAlongAndLeavesTheWeights() {
        List<LoadedModel> borrowed = new ArrayList<>();
        assertThatThrownBy(() -> models.borrow(STORAGE, BERT, ONE_CORE, model -> {
                    borrowed.add(model);
                    throw new IllegalStateException("out of luck");
                }))
                .hasMessage("out of luck");
        models.borrow(STORAGE, BERT, ONE_CORE, borrowed::add);
        assertThat(borrowed.get(1)).isNotSameAs(borrowed.get(0));
        assertThat(loaded).hasSize(1);
        models.clear();
        assertThat(loaded.get(0).closed()).isTrue();
    }

    @Test
    void weightsRefuseToBeClosedUnderAModel() {
        ModelWeights weights = ModelWeights.read(STORAGE, BERT, ONE_CORE);
        LoadedModel model = weights.open(1);
        assertThatThrownBy(weights::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the weights of " + BERT.directory() + " cannot be closed: 1 models use them");
        model.close();
        weights.close();
        assertThatThrownBy(weights::close).hasMessage("the weights of " + BERT.directory() + " are closed already");
        assertThatThrownBy(() -> weights.open(1)).hasMessage("the weights of " + BERT.directory() + " are closed");
    }

    private <T> List<T> inThreads(Callable<T> task) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : threads.invokeAll(Collections.nCopies(TASKS, task), 50, TimeUnit.SECONDS)) {
            results.add(future.get());
        }
        return results;
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ModelSource source(String family) {
        Path golden = GoldenDirectory.of(family);
        return new ModelSource(
                golden.resolve("model").toString(),
                golden.resolve("classifier.safetensors").toString(),
                family);
    }
}
