// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/** Operations on rows, entry by entry. */
public interface RowKernels {
    /** y [R, F]; and for the backward pass slope [R, F]. */
    record Activated<V>(V y, V slope) {}

    /** outGradient [R, F], slope [R, F]. */
    record ActivatedBackward<V>(V outGradient, V slope) {}

    /**
     * y = gelu(h + bias), gelu(x) = x·Φ(x) by the error function (Hendrycks, Gimpel: Gaussian Error Linear Units,
     * 2016); slope = Φ(x) + x·φ(x). The output y may be the memory of h.
     */
    void biasGelu(ProductKernels.Biased<DeviceArray> in, Activated<DeviceArray> out);

    /** A function between two linear layers, beside gelu by the error function. */
    enum BiasFunction {
        /** 0.5·x·(1 + tanh(g)) = x·σ(2g), g = √(2/π)·(x + 0.044715·x³), σ(z) = 1/(1 + e^-z). */
        GELU_BY_TANH,
        /** x·σ(x). */
        SILU,
        /** tanh(x). */
        TANH,
        /** max(x, 0), with slope 0 at 0. */
        RELU
    }

    /** y = f(h + bias), slope = f'(h + bias). The output y may be the memory of h. */
    void biasActivation(ProductKernels.Biased<DeviceArray> in, BiasFunction function, Activated<DeviceArray> out);

    /** dh = dy·slope [R, F], dbias = Σ_rows dh [F]: of gelu and of the other functions. */
    void activatedGradient(ActivatedBackward<DeviceArray> in, ProductKernels.Biased<DeviceArray> gradients);

    /** A function of one entry. */
    enum EntryFunction {
        /** tanh(x). */
        TANH,
        /** x·Φ(x), as in {@link #biasGelu}. */
        GELU,
        /** max(x, 0). */
        RELU
    }

    /** outGradient [R, W] and the operation's input x [R, W]. */
    record ActivationBackward<V>(V outGradient, V x) {}

    /** y = f(x), [R, W]. */
    void activation(DeviceArray x, EntryFunction activation, DeviceArray y);

    /** dx = f'(x)·dy, [R, W]; relu's derivative is 0 at 0. */
    void activationGradient(ActivationBackward<DeviceArray> in, EntryFunction activation, DeviceArray gradient);

    /** y = dropout(x) [R, W]. Its own derivative. */
    void dropRows(DeviceArray x, GateCall call, DeviceArray y);

    /**
     * The rows of near tokens: x [N, W] → y [N, W·kernel]; y[n, i·kernel + k] is entry i of the token at k - (kernel -
     * 1)/2 from token n, and 0 beyond the text's ends.
     *
     * @param kernel number of near tokens, with the token itself; odd
     */
    void nearRows(DeviceArray x, int kernel, DeviceArray y);

    /** dx [N, W] from dy [N, W·kernel]. */
    void nearRowsGradient(DeviceArray outGradient, int kernel, DeviceArray gradient);

    /** The first token's row of each text: x [N, W] → y [B, W]. */
    void firstRows(DeviceArray x, DeviceArray y);

    /** dx [N, W] from dy [B, W]: zero except for the first tokens. */
    void firstRowsGradient(DeviceArray outGradient, DeviceArray gradient);

    /** dropout on rows of this kind; {@link DropoutEntries} numbers the entries. */
    record GateCall(TextBatch.RowKind rows, Dropout dropout) {}

    /** y [R, F]; and for the backward pass slopes [R, 2F]. */
    record Gated<V>(V y, V slopes) {}

    /** outGradient dy [R, F], slopes [R, 2F]. */
    record GatedBackward<V>(V outGradient, V slopes) {}

    /**
     * y = dropout(gelu(a)·b), h [R, 2F] being a and b side by side (Shazeer: GLU Variants Improve Transformer, 2020);
     * slopes are gelu'(a)·b and gelu(a) side by side.
     */
    void gatedGelu(DeviceArray h, GateCall gate, Gated<DeviceArray> out);

    /** dh = dropout(dy)·slopes [R, 2F], for both halves. */
    void gatedGeluGradient(GatedBackward<DeviceArray> in, GateCall gate, DeviceArray gradient);

    /** The mean of each text's rows: x [N, W] → y [B, W]. */
    void meanRows(DeviceArray x, DeviceArray y);

    /** dx [N, W] from dy [B, W]: each token's row is the text's over its number of tokens. */
    void meanRowsGradient(DeviceArray outGradient, DeviceArray gradient);

    /** Two arrays of the same shape. */
    record Pair<V>(V a, V b) {}

    /** y = a + b. The output y may be the memory of a. */
    void add(Pair<DeviceArray> in, DeviceArray y);
}
