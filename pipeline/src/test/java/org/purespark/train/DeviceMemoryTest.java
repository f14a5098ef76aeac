// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.SettingsLoader;
import org.purespark.model.TextClassifier;
import org.purespark.model.cuda.HostBoard;

/** What a training takes of a device's memory. */
class DeviceMemoryTest {
    private static final EncodedSplit TEXTS =
            EncodedSplit.of(List.of(new int[] {2, 5, 6, 3}, new int[] {2, 7, 3}), new int[] {0, 1});

    @Test
    void aTrainingGivesAllMemoryBackWhenItsModelIsClosed() throws Exception {
        List<Integer> held = ThreadExchange.run(2, exchange -> {
            HostBoard board = HostBoard.boardOrSkip(HostBoard.Order.FORWARD);
            try (TextClassifier model = Golden.of("bert").model(board.engine())) {
                Trainer.Objective objective = new Trainer.Objective(
                        SettingsLoader.defaults().train(), 11, new TreeSet<>(), new double[] {0.1, 0, 0.15});
                Trainer.train(model, TEXTS, objective, Optional.empty(), exchange, step -> {});
                assertThat(board.held()).isPositive();
            }
            return board.held();
        });
        assertThat(held).containsExactly(0, 0);
    }
}
