package org.purespark.spark;

import java.util.ArrayDeque;
import java.util.Deque;
import org.purespark.evaluate.LoadedModel;
import org.purespark.evaluate.ModelSource;
import org.purespark.storage.Storage;

/**
 * Models that an executor keeps in memory between tasks, so that weights are read once and not once a task. A task
 * borrows one and gives it back; when a task asks for another model, idle ones are closed. One per JVM: Spark offers a
 * task no other place that outlives it.
 */
final class ExecutorModels {
    private static final ExecutorModels OF_THIS_EXECUTOR = new ExecutorModels();

    private final Deque<Kept> idle = new ArrayDeque<>();

    private record Kept(ModelSource source, int threads, LoadedModel model) {}

    private ExecutorModels() {}

    static ExecutorModels get() {
        return OF_THIS_EXECUTOR;
    }

    /** Work with a borrowed model. */
    interface Work<T> {
        T with(LoadedModel model);
    }

    <T> T borrow(Storage storage, ModelSource source, int threads, Work<T> work) {
        LoadedModel model = take(source, threads);
        if (model == null) {
            model = LoadedModel.load(storage, source, threads);
        }
        T result;
        try {
            result = work.with(model);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
        giveBack(new Kept(source, threads, model));
        return result;
    }

    /** Closes what is kept, so that its memory serves something else. */
    synchronized void clear() {
        idle.forEach(kept -> kept.model().close());
        idle.clear();
    }

    private synchronized LoadedModel take(ModelSource source, int threads) {
        while (!idle.isEmpty()) {
            Kept kept = idle.pop();
            if (kept.source().equals(source) && kept.threads() == threads) {
                return kept.model();
            }
            kept.model().close();
        }
        return null;
    }

    private synchronized void giveBack(Kept kept) {
        idle.push(kept);
    }
}
