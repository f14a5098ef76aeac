// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Turns rows of heads by angles that grow with the token: entries i and i + E/2 of token t by t·θ^(-2i/E) (Su and
 * others: RoFormer, 2021, in the order of entries of GPT-NeoX).
 */
final class Rotation {
    private final int half; // E/2
    private final float[] cosines; // [M, E/2]
    private final float[] sines; // [M, E/2]

    /**
     * @param base θ
     * @param headSize E, even
     * @param tokens M, of the longest text
     */
    Rotation(double base, int headSize, int tokens) {
        this.half = headSize / 2;
        this.cosines = new float[tokens * half];
        this.sines = new float[tokens * half];
        for (int i = 0; i < half; i++) {
            double frequency = Math.pow(base, -i / (double) half);
            for (int t = 0; t < tokens; t++) {
                cosines[t * half + i] = (float) Math.cos(t * frequency);
                sines[t * half + i] = (float) Math.sin(t * frequency);
            }
        }
    }

    /** Turns all heads of the first {@code width} columns of a text's rows. */
    void turn(TextRows rows, int width) {
        turn(rows, width, 1f);
    }

    /** The inverse of {@link #turn}. */
    void turnBack(TextRows rows, int width) {
        turn(rows, width, -1f);
    }

    private void turn(TextRows rows, int width, float direction) {
        for (int t = 0; t < rows.rows(); t++) {
            int row = t * rows.stride();
            for (int at = row; at < row + width; at += 2 * half) {
                turn(rows.entries(), at, t * half, direction);
            }
        }
    }

    /** One head's row, from entry {@code at} on. */
    private void turn(float[] x, int at, int angle, float direction) {
        int i = 0;
        for (; i + VectorLanes.COUNT <= half; i += VectorLanes.COUNT) {
            FloatVector a = FloatVector.fromArray(VectorLanes.FLOATS, x, at + i);
            FloatVector b = FloatVector.fromArray(VectorLanes.FLOATS, x, at + half + i);
            FloatVector c = FloatVector.fromArray(VectorLanes.FLOATS, cosines, angle + i);
            FloatVector s =
                    FloatVector.fromArray(VectorLanes.FLOATS, sines, angle + i).mul(direction);
            a.mul(c).sub(b.mul(s)).intoArray(x, at + i);
            b.mul(c).add(a.mul(s)).intoArray(x, at + half + i);
        }
        for (; i < half; i++) {
            float a = x[at + i];
            float b = x[at + half + i];
            float c = cosines[angle + i];
            float s = sines[angle + i] * direction;
            x[at + i] = a * c - b * s;
            x[at + half + i] = b * c + a * s;
        }
    }
}
