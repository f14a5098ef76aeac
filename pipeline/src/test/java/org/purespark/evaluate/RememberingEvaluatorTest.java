// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.purespark.batch.EncodedSplit;
import org.purespark.heads.Head;
import org.purespark.metrics.Tally;
import org.purespark.purify.TinyFiles;

class RememberingEvaluatorTest {
    private static final ModelSource MODEL = new ModelSource("src/test/resources/golden/bert/model", null, "1");
    private static final List<int[]> TEXTS = List.of(new int[] {2, 30, 31, 3}, new int[] {2, 32, 3});
    private static final List<SortedSet<Head>> WHOLE = List.of(new TreeSet<>());

    private final List<String> asked = new ArrayList<>();
    private final Evaluator real = new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE);
    private final Evaluator evaluator = new RememberingEvaluator(counting());

    private Evaluator counting() {
        return (Evaluator) Proxy.newProxyInstance(
                Evaluator.class.getClassLoader(), new Class<?>[] {Evaluator.class}, (proxy, method, arguments) -> {
                    asked.add(method.getName());
                    return method.invoke(real, arguments);
                });
    }

    private static Evaluator.Pass pass(String label, ModelSource model, int... classes) {
        return new Evaluator.Pass(label, model, EncodedSplit.of(TEXTS, classes), 2);
    }

    @Test
    void aModelIsMeasuredOnceOnTheSameTexts() {
        List<Tally> first = evaluator.tallies(pass("first", MODEL, 0, 1), WHOLE);
        assertThat(evaluator.tallies(pass("again", MODEL, 0, 1), WHOLE)).isEqualTo(first);
        assertThat(asked).containsExactly("tallies");
        assertThat(first).isEqualTo(real.tallies(pass("real", MODEL, 0, 1), WHOLE));
    }

    @Test
    void otherLabelsContentsBatchesOrHeadsAreMeasuredAnew() {
        List<Tally> first = evaluator.tallies(pass("first", MODEL, 0, 1), WHOLE);
        assertThat(evaluator.tallies(pass("labels", MODEL, 1, 1), WHOLE)).isNotEqualTo(first);
        evaluator.tallies(pass("contents", new ModelSource(MODEL.directory(), null, "2"), 0, 1), WHOLE);
        evaluator.tallies(new Evaluator.Pass("alone", MODEL, EncodedSplit.of(TEXTS, new int[] {0, 1}), 1), WHOLE);
        List<SortedSet<Head>> pruned = List.of(new TreeSet<>(List.of(new Head(0, 0))));
        evaluator.tallies(pass("pruned", MODEL, 0, 1), pruned);
        evaluator.tallies(pass("pruned", MODEL, 0, 1), pruned);
        assertThat(asked).hasSize(6);
    }

    @Test
    void theLastLogitsAreKept() {
        List<float[]> logits = evaluator.logits(pass("logits", MODEL, 0, 1));
        assertThat(evaluator.logits(pass("logits", MODEL, 0, 1)).toArray(float[][]::new))
                .isDeepEqualTo(logits.toArray(float[][]::new));
        assertThat(asked).containsExactly("logits");
        for (int label = 1; label <= 16; label++) {
            evaluator.logits(pass("others", MODEL, label, 1 - label % 2));
        }
        evaluator.logits(pass("used last", MODEL, 16, 1));
        assertThat(asked).hasSize(17);
        evaluator.logits(pass("forgotten", MODEL, 0, 1));
        assertThat(asked).hasSize(18);
    }

    @Test
    void otherPassesAreNotKept() {
        evaluator.neurons(pass("neurons", MODEL, 0, 1));
        evaluator.neurons(pass("neurons", MODEL, 0, 1));
        assertThat(asked).containsExactly("neurons", "neurons");
    }
}
