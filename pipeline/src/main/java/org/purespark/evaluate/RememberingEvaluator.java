// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import org.purespark.batch.EncodedSplit;
import org.purespark.heads.GateSamples;
import org.purespark.heads.GateSums;
import org.purespark.heads.Head;
import org.purespark.metrics.Tally;
import org.purespark.random.DropoutSamples;
import org.purespark.task.Task;

/**
 * Keeps the tallies of whole models that give one label, and the last logits, so that a model is not measured twice on
 * the same texts. All else is passed on. An experiment measures a suspect and its baseline once in this way, not once
 * for each defence.
 */
public final class RememberingEvaluator implements Evaluator {
    /** A model's logits on some thousand texts take less than a megabyte. */
    private static final int LOGITS = 16;

    private final Evaluator evaluator;
    private final Map<Measured, Tally> known = new ConcurrentHashMap<>();
    private final Map<Measured, List<float[]>> lastLogits =
            Collections.synchronizedMap(new LinkedHashMap<>(LOGITS, 0.75f, true));

    /** @param evaluator measures what is not known */
    public RememberingEvaluator(Evaluator evaluator) {
        this.evaluator = evaluator;
    }

    /** What a tally depends on. */
    private record Measured(ModelSource model, int batchTexts, int texts, long content) {
        static Measured of(Pass pass) {
            return new Measured(pass.model(), pass.batchTexts(), pass.texts().size(), content(pass.texts()));
        }

        /** A polynomial hash of 64 bits of all tokens, of the places where second texts begin, and of the labels. */
        private static long content(EncodedSplit texts) {
            long hash = 1;
            for (int text = 0; text < texts.size(); text++) {
                hash = 0x9E3779B97F4A7C15L * hash + Arrays.hashCode(texts.ids(text));
                hash = 0x9E3779B97F4A7C15L * hash + texts.second(text);
                hash = 0x9E3779B97F4A7C15L * hash + texts.label(text);
            }
            return hash;
        }
    }

    @Override
    public List<Tally> tallies(Pass pass, List<SortedSet<Head>> prunedSets) {
        boolean whole = prunedSets.size() == 1 && prunedSets.get(0).isEmpty();
        if (!whole || !(pass.task() instanceof Task.OneLabel)) {
            return evaluator.tallies(pass, prunedSets);
        }
        return List.of(known.computeIfAbsent(
                Measured.of(pass),
                measured -> evaluator.tallies(pass, prunedSets).get(0)));
    }

    @Override
    public Statistics statistics(Pass pass, SortedSet<Head> pruned, int maxLength) {
        return evaluator.statistics(pass, pruned, maxLength);
    }

    @Override
    public GateSums gateGradients(Pass pass) {
        return evaluator.gateGradients(pass);
    }

    @Override
    public GateSamples gateSamples(Pass pass, DropoutSamples samples) {
        return evaluator.gateSamples(pass, samples);
    }

    @Override
    public SlotGradients slotGradients(Pass pass, SlotRange slots) {
        return evaluator.slotGradients(pass, slots);
    }

    @Override
    public int setsAtOnce(Pass pass) {
        return evaluator.setsAtOnce(pass);
    }

    @Override
    public NeuronSums neurons(Pass pass) {
        return evaluator.neurons(pass);
    }

    @Override
    public List<float[]> logits(Pass pass) {
        Measured measured = Measured.of(pass);
        List<float[]> logits = lastLogits.get(measured);
        if (logits == null) {
            logits = evaluator.logits(pass);
            lastLogits.put(measured, logits);
            if (lastLogits.size() > LOGITS) {
                lastLogits.remove(lastLogits.keySet().iterator().next());
            }
        }
        return logits;
    }
}
