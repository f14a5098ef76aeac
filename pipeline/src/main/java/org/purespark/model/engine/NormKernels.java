// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/**
 * Layer normalization (Ba, Kiros, Hinton: Layer Normalization, 2016): x̂ = (s - mean(s))·1/σ, 1/σ = 1/sqrt(var(s) + ε)
 * with the biased variance, then γ·x̂ + β. Backward: ds = (g - mean(g) - x̂·mean(g·x̂))·1/σ with g = γ·dy; dγ = Σ_rows
 * dy·x̂; dβ = Σ_rows dy.
 */
public interface NormKernels {
    /**
     * The values that forward and backward share.
     *
     * @param rows kind of the rows
     * @param dropout on the entries of each row; {@link DropoutEntries} numbers them
     * @param epsilon ε
     */
    record NormCall(TextBatch.RowKind rows, Dropout dropout, double epsilon) {}

    /** y [R, W]; and for the backward pass normalized x̂ [R, W], inverse 1/σ [R]. */
    record Normalized<V>(V y, V normalized, V inverse) {}

    /** outGradient dy [R, W], normalized x̂ [R, W], inverse 1/σ [R], gamma γ [W]. */
    record NormBackward<V>(V outGradient, V normalized, V inverse, V gamma) {}

    /** x [R, W], gamma γ [W], beta β [W]. */
    record EmbeddingNormInputs<V>(V x, V gamma, V beta) {}

    /** y = dropout(LayerNorm(x)). */
    void embeddingNorm(EmbeddingNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out);

    /** Gradients of x, γ, β. */
    void embeddingNormGradient(NormBackward<DeviceArray> in, NormCall norm, EmbeddingNormInputs<DeviceArray> gradients);

    /** h [R, D], bias [D], residual [R, D], gamma γ [D], beta β [D]. */
    record ResidualNormInputs<V>(V h, V bias, V residual, V gamma, V beta) {}

    /** y = LayerNorm(dropout(h + bias) + residual). The output y may be the memory of h. */
    void residualNorm(ResidualNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out);

    /** Gradients of h, bias, residual, γ, β. */
    void residualNormGradient(NormBackward<DeviceArray> in, NormCall norm, ResidualNormInputs<DeviceArray> gradients);

    /** x [R, W], gamma γ [W]. */
    record ScaleNormInputs<V>(V x, V gamma) {}

    /** y = dropout(γ·x̂): {@link #embeddingNorm} without β. */
    void scaleNorm(ScaleNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out);

    /** Gradients of x, γ. */
    void scaleNormGradient(NormBackward<DeviceArray> in, NormCall norm, ScaleNormInputs<DeviceArray> gradients);

    /** h [R, D], residual [R, D], gamma γ [D]. */
    record SumNormInputs<V>(V h, V residual, V gamma) {}

    /** y [R, D], sum s [R, D]; and for the backward pass normalized x̂ [R, D], inverse 1/σ [R]. */
    record SumNormalized<V>(V y, V sum, V normalized, V inverse) {}

    /** Gradients of y and of the sum [R, D], normalized x̂ [R, D], inverse 1/σ [R], gamma γ [D]. */
    record SumNormBackward<V>(V outGradient, V sumGradient, V normalized, V inverse, V gamma) {}

    /**
     * Between two parts of layers: s = dropout(h) + residual, y = γ·x̂ of s. The output y may be the memory of h.
     */
    void sumNorm(SumNormInputs<DeviceArray> in, NormCall norm, SumNormalized<DeviceArray> out);

    /** Gradients of h, residual, γ. */
    void sumNormGradient(SumNormBackward<DeviceArray> in, NormCall norm, SumNormInputs<DeviceArray> gradients);
}
