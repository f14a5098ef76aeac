// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.util.List;
import org.purespark.model.engine.Peers;

/** {@link Peers} by a board's transfers. */
record CudaPeers(CudaWork work, Board.Transfers transfers) implements Peers {
    @Override
    public void transfer(List<Range> sent, List<Range> received) {
        transfers.transfer(parts(sent), parts(received));
    }

    private List<Board.Part> parts(List<Range> ranges) {
        return ranges.stream()
                .map(range -> new Board.Part(
                        range.task(), work.array(range.array()).address(range.from(), range.count()), range.count()))
                .toList();
    }

    @Override
    public void close() {
        transfers.close();
    }
}
