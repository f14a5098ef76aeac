// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.encoder.DistanceTable;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;

/**
 * Attention that knows where tokens are. Like {@link AttentionKernels#selfAttention}, but for the scores: for pruned
 * heads context and CLS attention are 0.
 */
public interface PositionKernels {
    /**
     * The values that forward and backward of rotary attention share.
     *
     * @param attention layer, heads and dropout
     * @param base θ; above 0
     * @param reach a token attends to tokens up to this distance; {@link #EVERYWHERE}: to all
     */
    record RotaryCall(AttentionCall attention, double base, int reach) {
        /** A reach beyond any text. */
        public static final int EVERYWHERE = Integer.MAX_VALUE;
    }

    /**
     * Inputs of the attention qkv [N, 3D], q, k and v side by side; and gradients of context [N, D] and CLS attention
     * [N, A].
     */
    record RotaryBackward<V>(V qkv, V contextGradient, V clsGradient) {}

    /**
     * context_h = gate·dropout(softmax(R(q)·R(k)ᵀ/√E))·v, head by head; tokens out of reach have probability 0. R turns
     * entries i and i + E/2 of the row of token t by the angle t·θ^(-2i/E): (a, b) becomes (a·cos - b·sin, b·cos +
     * a·sin). E is even.
     */
    void rotaryAttention(DeviceArray qkv, RotaryCall call, Attended<DeviceArray> out);

    /** Gradient of qkv [N, 3D]. */
    void rotaryAttentionGradient(RotaryBackward<DeviceArray> in, RotaryCall call, DeviceArray gradient);

    /**
     * The rows of a table of distances [R, W] for all distances of tokens in the batch's texts: y [2M - 1, W], M being
     * the longest text's tokens; row M - 1 + d is factor·dropout of the table's row of distance d. The dropout goes by
     * the first text's key, and entry e of the table's row r has number r·W + e.
     */
    void distanceRows(DeviceArray table, DistanceCall call, DeviceArray y);

    /** Gradient of the table [R, W]. */
    void distanceRowsGradient(DeviceArray outGradient, DistanceCall call, DeviceArray gradient);

    /**
     * How distances find their rows, and what becomes of these.
     *
     * @param distances the table's rows
     * @param dropout of the table
     * @param factor of each entry
     */
    record DistanceCall(DistanceTable distances, Dropout dropout, float factor) {
        /** With factor 1. */
        public DistanceCall(DistanceTable distances, Dropout dropout) {
            this(distances, dropout, 1);
        }
    }

    /** Whose the vectors of distances are. */
    enum DistanceOwners {
        /** Each head and term has its own: D·terms entries for a distance. Scores are divided by √(E·(1 + terms)). */
        EACH,
        /** All heads and terms have the same one: E entries for a distance. Scores are divided by √E. */
        ALL_IN_COMMON
    }

    /**
     * The values that forward and backward of disentangled attention share.
     *
     * @param attention layer, heads and dropout
     * @param terms the products with distances
     * @param owners of the vectors of distances
     */
    record DisentangledCall(AttentionCall attention, DistanceTerms terms, DistanceOwners owners) {
        /** What scores are divided by, for heads of E entries. */
        public double divisor(int headSize) {
            return switch (owners) {
                case EACH -> Math.sqrt((double) headSize * (1 + terms.count()));
                case ALL_IN_COMMON -> Math.sqrt(headSize);
            };
        }
    }

    /**
     * qkv [N, 3D]: q, k, v side by side, without their bias; bias [3D]; positions [2M - 1, P], a row for each distance
     * from -(M - 1) to M - 1. Where each head and term has its own vectors, P is D·terms: the distance's query, if keys
     * meet it, and its key, if queries do, side by side. Else P is E: the row is both, for each head.
     */
    record DisentangledInputs<V>(V qkv, V bias, V positions) {}

    /** Inputs of the attention, and gradients of context [N, D] and CLS attention [N, A]. */
    record DisentangledBackward<V>(V qkv, V bias, V positions, V contextGradient, V clsGradient) {}

    /**
     * context_h = gate·dropout(softmax(s))·v with s[i, j] = (q_i·k_j + q_i·κ(i - j) + k_j·ϙ(i - j))/divisor for query
     * i and key j, head by head; κ and ϙ are key and query of a distance, where there are such terms.
     */
    void disentangledAttention(DisentangledInputs<DeviceArray> in, DisentangledCall call, Attended<DeviceArray> out);

    /** Gradients of qkv [N, 3D], bias [3D] and positions [2M - 1, P]. */
    void disentangledAttentionGradient(
            DisentangledBackward<DeviceArray> in, DisentangledCall call, DisentangledInputs<DeviceArray> gradients);
}
