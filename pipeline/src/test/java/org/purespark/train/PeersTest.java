// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.SettingsLoader;
import org.purespark.config.TrainSettings;
import org.purespark.model.TextClassifier;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Peers;
import org.purespark.model.reference.ReferenceEngine;
import org.purespark.train.ThreadExchange.Transport;

/** Long arrays from device to device, beside messages. */
class PeersTest {
    private static final Golden BERT = Golden.of("bert");

    /** Steps of three micro-batches and of one: some tasks have no gradients. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void aTrainingGivesTheSameBitsAsByMessages(int tasks) throws Exception {
        List<float[]> byMessages = ThreadExchange.run(tasks, Transport.MESSAGES, PeersTest::train);
        List<float[]> byPeers = ThreadExchange.run(tasks, Transport.PEERS, PeersTest::train);
        for (int task = 0; task < tasks; task++) {
            assertThat(byPeers.get(task)).isEqualTo(byMessages.get(0));
        }
    }

    private static float[] train(Exchange exchange) throws Exception {
        List<int[]> ids = new ArrayList<>();
        BERT.expected().get("input_ids").forEach(row -> ids.add(Golden.ints(row)));
        EncodedSplit texts = EncodedSplit.of(ids, Golden.ints(BERT.expected().get("labels")));
        TrainSettings d = SettingsLoader.defaults().train();
        TrainSettings settings = new TrainSettings(
                2,
                1e-3,
                d.weightDecay(),
                d.clipNorm(),
                0,
                3,
                3,
                true,
                d.adamBeta1(),
                d.adamBeta2(),
                d.adamEpsilon(),
                d.classifierDropout(),
                1);
        Trainer.Objective objective = new Trainer.Objective(settings, 11, new TreeSet<>(), new double[] {0.1, 0, 0.15});
        try (TextClassifier model = BERT.model(1)) {
            List<Trainer.StepReport> steps = new ArrayList<>();
            Trainer.train(model, texts, objective, Optional.empty(), exchange, steps::add);
            assertThat(steps)
                    .allSatisfy(step -> assertThat(step.exchange().denseBytes()).isPositive());
            return model.parameters().memory().toArray();
        }
    }

    @Test
    void anEngineThatSendsNothingSaysSo() {
        try (Engine engine = new ReferenceEngine()) {
            assertThatThrownBy(engine::newGroup).isInstanceOf(InputException.class);
            assertThatThrownBy(engine::requirePeers)
                    .isInstanceOf(InputException.class)
                    .hasMessage("compute.gradient-exchange=nccl: the engine reference sends nothing itself; leave it at"
                            + " spark, or give each task a GPU");
            assertThatThrownBy(() -> engine.join(new Peers.Link(new byte[0], 0, 2, () -> false)))
                    .isInstanceOf(InputException.class);
        }
    }
}
