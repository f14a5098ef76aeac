// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import java.nio.FloatBuffer;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.UpdateKernels;

/** {@link UpdateKernels}, entry by entry. */
final class ReferenceUpdates implements UpdateKernels {
    @Override
    public void lookUp(DeviceArray ofTable, long[] starts, int[][] rows, DeviceArray result) {
        ReferenceArray table = ReferenceArray.of(ofTable); // flat
        ReferenceArray to = ReferenceArray.of(result); // [N, W]
        int width = to.size(1);
        to.fill((n, i) -> sum(starts.length, s -> table.at(starts[s] + (long) rows[s][n] * width + i)));
    }

    @Override
    public void scatterAdd(DeviceArray sums, long start, int[] rows, DeviceArray added) {
        ReferenceArray to = ReferenceArray.of(sums); // flat
        ReferenceArray values = ReferenceArray.of(added); // [N, W]
        int width = values.size(1);
        for (int n = 0; n < rows.length; n++) {
            for (int i = 0; i < width; i++) {
                long at = start + (long) rows[n] * width + i;
                to.set(at, to.at(at) + values.at(n, i));
            }
        }
    }

    @Override
    public void addTo(DeviceArray sums, long at, From added, long count) {
        ReferenceArray to = ReferenceArray.of(sums);
        ReferenceArray values = ReferenceArray.of(added.array());
        for (long i = 0; i < count; i++) {
            to.set(at + i, to.at(at + i) + values.at(added.at() + i));
        }
    }

    @Override
    public void copy(From from, From to, long count) {
        for (long i = 0; i < count; i++) {
            ReferenceArray.of(to.array())
                    .set(to.at() + i, ReferenceArray.of(from.array()).at(from.at() + i));
        }
    }

    @Override
    public void addTo(DeviceArray sums, long at, FloatBuffer values) {
        ReferenceArray to = ReferenceArray.of(sums);
        for (int i = 0; i < values.remaining(); i++) {
            to.set(at + i, to.at(at + i) + values.get(values.position() + i));
        }
    }

    @Override
    public double squares(DeviceArray values, long from, long to) {
        ReferenceArray x = ReferenceArray.of(values);
        return sum(Math.toIntExact(to - from), i -> x.at(from + i) * x.at(from + i));
    }

    @Override
    public void clear(DeviceArray values, long from, long count) {
        for (long i = from; i < from + count; i++) {
            ReferenceArray.of(values).set(i, 0);
        }
    }

    @Override
    public void adamW(AdamUpdate update, From weights, From gradients, Moments moments, long momentsAt, long count) {
        ReferenceArray w = ReferenceArray.of(weights.array());
        ReferenceArray g = ReferenceArray.of(gradients.array());
        for (long i = 0; i < count; i++) {
            adamW(update, w, weights.at() + i, g.at(gradients.at() + i), moments, momentsAt + i);
        }
    }

    @Override
    public void adamWRows(
            AdamUpdate update,
            DeviceArray weights,
            DeviceArray gradients,
            int[] rowOf,
            boolean[] moving,
            Moments moments,
            int width) {
        ReferenceArray w = ReferenceArray.of(weights);
        ReferenceArray g = ReferenceArray.of(gradients);
        for (int v = 0; v < rowOf.length; v++) {
            for (int i = 0; i < width; i++) {
                long at = (long) v * width + i;
                if (moving[v]) {
                    double gradient = rowOf[v] < 0 ? 0 : g.at((long) rowOf[v] * width + i);
                    adamW(update, w, at, gradient, moments, at);
                } else {
                    w.set(at, w.at(at) * update.decay());
                }
            }
        }
    }

    /** Updates weight {@code wAt}, whose moments are at {@code mAt}. */
    private static void adamW(AdamUpdate u, ReferenceArray w, long wAt, double gradient, Moments moments, long mAt) {
        ReferenceArray first = ReferenceArray.of(moments.first());
        ReferenceArray second = ReferenceArray.of(moments.second());
        double g = gradient * u.gradientFactor();
        double m = u.beta1() * first.at(mAt) + u.rest1() * g;
        double v = u.beta2() * second.at(mAt) + u.rest2() * g * g;
        first.set(mAt, m);
        second.set(mAt, v);
        w.set(wAt, w.at(wAt) * u.decay() - u.stepSize() * m / (Math.sqrt(v) * u.inverseRoot() + u.epsilon()));
    }
}
