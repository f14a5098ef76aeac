// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.util.ArrayDeque;
import java.util.Deque;
import org.purespark.evaluate.LoadedModel;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.ModelWeights;
import org.purespark.model.Device;
import org.purespark.storage.Storage;

/**
 * The model that an executor keeps in memory between tasks and jobs. Its weights are read once for all tasks. Each task
 * has its own graph on them, which it borrows and gives back. When a task asks for another model, this one is closed:
 * idle graphs at once, borrowed graphs when they come back, the weights last. One per JVM: Spark offers a task no other
 * place that lives longer than the task.
 */
final class ExecutorModels {
    private static final ExecutorModels OF_THIS_EXECUTOR = new ExecutorModels(ModelWeights::read);

    private final Loader loader;
    /** The model for the next task of the same source; null at first, and after {@link #clear}. */
    private Kept current;

    ExecutorModels(Loader loader) {
        this.loader = loader;
    }

    static ExecutorModels get() {
        return OF_THIS_EXECUTOR;
    }

    /** Reads weights. */
    interface Loader {
        ModelWeights load(Storage storage, ModelSource source, Device device);
    }

    /** Work with a borrowed model. */
    interface ModelUse<T> {
        T with(LoadedModel model);
    }

    /** One model. This object's lock guards the weights, the enclosing object's lock guards everything else. */
    private final class Kept {
        private final ModelSource source;
        private final Device device;
        private final Deque<LoadedModel> idle = new ArrayDeque<>();
        private int borrowers;
        private ModelWeights weights;

        Kept(ModelSource source, Device device) {
            this.source = source;
            this.device = device;
        }

        /** Other tasks wait while the first one reads; if it fails, the next one tries itself. */
        synchronized ModelWeights weights(Storage storage) {
            if (weights == null) {
                weights = loader.load(storage, source, device);
            }
            return weights;
        }

        private synchronized void closeWeights() {
            if (weights != null) {
                weights.close();
            }
        }
    }

    /** @throws RuntimeException what reading the weights, or the work, throws; the next task reads the model again */
    <T> T borrow(Storage storage, ModelSource source, Device device, ModelUse<T> work) {
        Kept kept = enter(source, device);
        try {
            ModelWeights weights = kept.weights(storage);
            LoadedModel model = take(kept);
            if (model == null) {
                model = weights.open(device.threads() / device.lanes());
            }
            T result;
            try {
                result = work.with(model);
            } catch (RuntimeException | Error e) {
                model.close();
                throw e;
            }
            model.rest();
            giveBack(kept, model);
            return result;
        } finally {
            leave(kept);
        }
    }

    /** Gives up the model, so that its memory is free for other work. */
    synchronized void clear() {
        Kept old = current;
        current = null;
        if (old != null) {
            closeUnused(old);
        }
    }

    private synchronized Kept enter(ModelSource source, Device device) {
        if (current == null || !current.source.equals(source) || !current.device.equals(device)) {
            clear();
            current = new Kept(source, device);
        }
        current.borrowers++;
        return current;
    }

    private synchronized LoadedModel take(Kept kept) {
        return kept.idle.poll();
    }

    private synchronized void giveBack(Kept kept, LoadedModel one) {
        kept.idle.push(one);
    }

    private synchronized void leave(Kept kept) {
        kept.borrowers--;
        if (kept != current) {
            closeUnused(kept);
        }
    }

    /** Closes what is idle of a model that no task asks for any more. */
    private static void closeUnused(Kept old) {
        old.idle.forEach(LoadedModel::close);
        old.idle.clear();
        if (old.borrowers == 0) {
            old.closeWeights();
        }
    }
}
