// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.encoder.Distances;
import org.purespark.encoder.EachDistance;
import org.purespark.model.engine.HeadKernels.HeadGatherBackward;
import org.purespark.model.engine.HeadKernels.HeadGatherInputs;
import org.purespark.model.engine.HeadKernels.HeadSpreadBackward;
import org.purespark.model.engine.HeadKernels.HeadSpreadInputs;
import org.purespark.model.engine.LossKernels.AnswerLoss;
import org.purespark.model.engine.LossKernels.AnswerLossBackward;
import org.purespark.model.engine.LossKernels.ClsAttention;
import org.purespark.model.engine.LossKernels.Penalty;
import org.purespark.model.engine.LossKernels.PenaltyBackward;
import org.purespark.model.engine.LossKernels.TaughtAttention;
import org.purespark.model.engine.LossKernels.TaughtBackward;
import org.purespark.model.engine.NormKernels.EmbeddingNormInputs;
import org.purespark.model.engine.NormKernels.NormBackward;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.NormKernels.Normalized;
import org.purespark.model.engine.NormKernels.ResidualNormInputs;
import org.purespark.model.engine.Operation.InPlace;
import org.purespark.model.engine.Operation.Role;
import org.purespark.model.engine.PositionKernels.DistanceOwners;
import org.purespark.model.engine.PositionKernels.RotaryCall;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.ProductKernels.LinearBackward;
import org.purespark.model.engine.ProductKernels.LinearInputs;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.engine.RowKernels.Activated;
import org.purespark.model.engine.RowKernels.ActivatedBackward;
import org.purespark.model.engine.RowKernels.ActivationBackward;
import org.purespark.model.engine.RowKernels.BiasFunction;
import org.purespark.model.engine.RowKernels.EntryFunction;
import org.purespark.model.engine.RowKernels.GateCall;
import org.purespark.model.engine.RowKernels.Pair;
import org.purespark.model.engine.TextBatch.RowKind;

/** Every operation of {@link Kernels}. */
enum Operations {
    LINEAR(draw -> linear(draw, Weight.OUT_IN)),
    LINEAR_TURNED_ROUND(draw -> linear(draw, Weight.IN_OUT)),
    ADD_BIAS(Operations::addBias),
    EMBEDDING_NORM(Operations::embeddingNorm),
    RESIDUAL_NORM(draw -> residualNorm(draw, RowKind.TOKEN)),
    RESIDUAL_NORM_OF_FIRST_TOKENS(draw -> residualNorm(draw, RowKind.FIRST_TOKEN)),
    SCALE_NORM(draw -> PreNormOperations.scaleNorm(draw, RowKind.TOKEN)),
    SCALE_NORM_OF_COMMON_ROWS(draw -> PreNormOperations.scaleNorm(draw, RowKind.COMMON)),
    SUM_NORM(draw -> PreNormOperations.sumNorm(draw, RowKind.TOKEN)),
    SUM_NORM_OF_FIRST_TOKENS(draw -> PreNormOperations.sumNorm(draw, RowKind.FIRST_TOKEN)),
    SELF_ATTENTION(AttentionOperations::selfAttention),
    BUCKET_ATTENTION(AttentionOperations::bucketAttention),
    ROTARY_ATTENTION(draw -> PositionOperations.rotary(draw, RotaryCall.EVERYWHERE)),
    ROTARY_ATTENTION_TO_NEAR_TOKENS(draw -> PositionOperations.rotary(draw, 3)),
    DISENTANGLED_ATTENTION(draw -> PositionOperations.disentangled(draw, DistanceTerms.BOTH, DistanceOwners.EACH)),
    DISENTANGLED_ATTENTION_OF_QUERIES(
            draw -> PositionOperations.disentangled(draw, DistanceTerms.CONTENT_TO_POSITION, DistanceOwners.EACH)),
    DISENTANGLED_ATTENTION_OF_KEYS(
            draw -> PositionOperations.disentangled(draw, DistanceTerms.POSITION_TO_CONTENT, DistanceOwners.EACH)),
    DISENTANGLED_ATTENTION_IN_COMMON(
            draw -> PositionOperations.disentangled(draw, DistanceTerms.BOTH, DistanceOwners.ALL_IN_COMMON)),
    DISENTANGLED_ATTENTION_OF_QUERIES_IN_COMMON(draw ->
            PositionOperations.disentangled(draw, DistanceTerms.CONTENT_TO_POSITION, DistanceOwners.ALL_IN_COMMON)),
    DISENTANGLED_ATTENTION_OF_KEYS_IN_COMMON(draw ->
            PositionOperations.disentangled(draw, DistanceTerms.POSITION_TO_CONTENT, DistanceOwners.ALL_IN_COMMON)),
    DISTANCE_ROWS(draw -> PositionOperations.distanceRows(draw, new Distances(8, 0), 1)),
    DISTANCE_ROWS_OF_BUCKETS(draw -> PositionOperations.distanceRows(draw, new Distances(4, 12), 1)),
    DISTANCE_ROWS_OF_ALL(draw ->
            PositionOperations.distanceRows(draw, new EachDistance(draw.batch().longest() + 2), 3)),
    FIRST_TOKEN_ATTENTION(AttentionOperations::firstTokenAttention),
    HEAD_SPREAD(Operations::headSpread),
    HEAD_GATHER(Operations::headGather),
    BIAS_GELU(Operations::biasGelu),
    BIAS_GELU_BY_TANH(draw -> biasActivation(draw, BiasFunction.GELU_BY_TANH)),
    BIAS_SILU(draw -> biasActivation(draw, BiasFunction.SILU)),
    BIAS_TANH(draw -> biasActivation(draw, BiasFunction.TANH)),
    BIAS_RELU(draw -> biasActivation(draw, BiasFunction.RELU)),
    GATED_GELU(PreNormOperations::gatedGelu),
    GELU(draw -> activation(draw, EntryFunction.GELU)),
    TANH(draw -> activation(draw, EntryFunction.TANH)),
    RELU(draw -> activation(draw, EntryFunction.RELU)),
    DROP_ROWS(draw -> dropRows(draw, RowKind.TOKEN)),
    DROP_ROWS_OF_FIRST_TOKENS(draw -> dropRows(draw, RowKind.FIRST_TOKEN)),
    NEAR_ROWS(draw -> PreNormOperations.nearRows(draw, 3)),
    NEAR_ROWS_OF_MANY(draw -> PreNormOperations.nearRows(draw, 9)),
    FIRST_ROWS(Operations::firstRows),
    MEAN_ROWS(PreNormOperations::meanRows),
    ADD(Operations::add),
    CROSS_ENTROPY(draw -> answerLoss(draw, LossKernels::crossEntropy)),
    BINARY_CROSS_ENTROPY(draw -> answerLoss(draw, LossKernels::binaryCrossEntropy)),
    SQUARED_ERROR(draw -> answerLoss(draw, LossKernels::squaredError)),
    ATTENTION_PENALTY(Operations::attentionPenalty),
    ATTENTION_DISTANCE(Operations::attentionDistance);

    private static final int SITE = 4;
    /** Keeps inputs of relu and of a root away from 0, where they have no derivative. */
    private static final float AWAY = 0.125f;

    private final Function<Draw, Operation> draw;

    Operations(Function<Draw, Operation> draw) {
        this.draw = draw;
    }

    Operation of(Draw drawn) {
        return draw.apply(drawn);
    }

    private static Operation linear(Draw draw, Weight form) {
        int in = draw.width();
        int out = draw.hidden();
        long[] weight = form == Weight.OUT_IN ? new long[] {out, in} : new long[] {in, out};
        Operation.Builder linear = Operation.on(draw)
                .input("x", draw.tokens(), in)
                .input("weight", weight)
                .result("y", draw.tokens(), out)
                .forward((k, x, y) ->
                        k.products().linear(new LinearInputs<>(x.get("x"), x.get("weight")), form, y.get("y")));
        if (form == Weight.OUT_IN) {
            linear.backward((k, x, saved, dy, dx) -> k.products()
                    .linearGradient(
                            new LinearBackward<>(dy.get("y"), x.get("x"), x.get("weight")),
                            new LinearInputs<>(dx.get("x"), dx.get("weight"))));
        }
        return linear.build();
    }

    private static Operation addBias(Draw draw) {
        int width = 9 * draw.width(); // of a feed-forward part: engines may cut columns into pieces
        return Operation.on(draw)
                .input("x", draw.tokens(), width)
                .input("bias", width)
                .result("y", draw.tokens(), width)
                .forward((k, x, y) -> k.products().addBias(new Biased<>(x.get("x"), x.get("bias")), y.get("y")))
                .backward((k, x, saved, dy, dx) ->
                        k.products().addBiasGradient(dy.get("y"), new Biased<>(dx.get("x"), dx.get("bias"))))
                .mayBe(InPlace.FORWARD)
                .mayBe(InPlace.BACKWARD)
                .build();
    }

    private static Normalized<DeviceArray> normalized(Operation.Named arrays) {
        return new Normalized<>(arrays.get("y"), arrays.get("normalized"), arrays.get("inverse"));
    }

    private static NormBackward<DeviceArray> normBackward(
            Operation.Named in, Operation.Named saved, Operation.Named outGradients) {
        return new NormBackward<>(
                outGradients.get("y"), saved.get("normalized"), saved.get("inverse"), in.get("gamma"));
    }

    private static Operation embeddingNorm(Draw draw) {
        NormCall norm = new NormCall(RowKind.TOKEN, draw.dropout(SITE), draw.epsilon());
        int rows = draw.tokens();
        int width = draw.width();
        return Operation.on(draw)
                .input("x", rows, width)
                .input("gamma", width)
                .input("beta", width)
                .result("y", rows, width)
                .output("normalized", Role.FOR_BACKWARD, rows, width)
                .output("inverse", Role.FOR_BACKWARD, rows)
                .forward((k, x, y) -> k.norms().embeddingNorm(embeddingNorm(x), norm, normalized(y)))
                .backward((k, x, saved, dy, dx) ->
                        k.norms().embeddingNormGradient(normBackward(x, saved, dy), norm, embeddingNorm(dx)))
                .build();
    }

    private static EmbeddingNormInputs<DeviceArray> embeddingNorm(Operation.Named arrays) {
        return new EmbeddingNormInputs<>(arrays.get("x"), arrays.get("gamma"), arrays.get("beta"));
    }

    private static Operation residualNorm(Draw draw, RowKind kind) {
        NormCall norm = new NormCall(kind, draw.dropout(SITE), draw.epsilon());
        int rows = draw.batch().rows(kind);
        int width = draw.width();
        return Operation.on(draw)
                .input("h", rows, width)
                .input("bias", width)
                .input("residual", rows, width)
                .input("gamma", width)
                .input("beta", width)
                .result("y", rows, width)
                .output("normalized", Role.FOR_BACKWARD, rows, width)
                .output("inverse", Role.FOR_BACKWARD, rows)
                .forward((k, x, y) -> k.norms().residualNorm(residualNorm(x), norm, normalized(y)))
                .backward((k, x, saved, dy, dx) ->
                        k.norms().residualNormGradient(normBackward(x, saved, dy), norm, residualNorm(dx)))
                .mayBe(InPlace.FORWARD)
                .build();
    }

    private static ResidualNormInputs<DeviceArray> residualNorm(Operation.Named arrays) {
        return new ResidualNormInputs<>(
                arrays.get("h"), arrays.get("bias"), arrays.get("residual"), arrays.get("gamma"), arrays.get("beta"));
    }

    private static Operation headSpread(Draw draw) {
        int hidden = draw.hidden();
        return Operation.on(draw)
                .input("q", draw.texts(), hidden)
                .input("weight", hidden, hidden)
                .result("y", draw.heads(), draw.texts(), hidden)
                .forward((k, x, y) ->
                        k.heads().headSpread(new HeadSpreadInputs<>(x.get("q"), x.get("weight")), y.get("y")))
                .backward((k, x, saved, dy, dx) -> k.heads()
                        .headSpreadGradient(
                                new HeadSpreadBackward<>(dy.get("y"), x.get("q"), x.get("weight")),
                                new HeadSpreadInputs<>(dx.get("q"), dx.get("weight"))))
                .build();
    }

    private static Operation headGather(Draw draw) {
        int hidden = draw.hidden();
        return Operation.on(draw)
                .input("z", draw.heads(), draw.texts(), hidden)
                .input("sums", draw.heads(), draw.texts())
                .input("weight", hidden, hidden)
                .input("bias", hidden)
                .result("context", draw.texts(), hidden)
                .forward((k, x, y) -> k.heads().headGather(headGather(x), y.get("context")))
                .backward((k, x, saved, dy, dx) -> k.heads()
                        .headGatherGradient(
                                new HeadGatherBackward<>(
                                        dy.get("context"), x.get("z"), x.get("sums"), x.get("weight"), x.get("bias")),
                                headGather(dx)))
                .build();
    }

    private static HeadGatherInputs<DeviceArray> headGather(Operation.Named arrays) {
        return new HeadGatherInputs<>(arrays.get("z"), arrays.get("sums"), arrays.get("weight"), arrays.get("bias"));
    }

    private static Operation biasGelu(Draw draw) {
        int rows = draw.tokens();
        int width = draw.width();
        float[] x = draw.entries(rows, width);
        for (int i = 0; i < x.length; i++) {
            x[i] *= 4; // to where gelu is flat
        }
        return Operation.on(draw)
                .input("x", x, rows, width)
                .input("bias", width)
                .result("y", rows, width)
                .output("slope", Role.FOR_BACKWARD, rows, width)
                .forward((k, in, y) -> k.rows()
                        .biasGelu(
                                new Biased<>(in.get("x"), in.get("bias")), new Activated<>(y.get("y"), y.get("slope"))))
                .backward((k, in, saved, dy, dx) -> k.rows()
                        .activatedGradient(
                                new ActivatedBackward<>(dy.get("y"), saved.get("slope")),
                                new Biased<>(dx.get("x"), dx.get("bias"))))
                .mayBe(InPlace.FORWARD)
                .build();
    }

    private static Operation biasActivation(Draw draw, BiasFunction function) {
        int rows = draw.tokens();
        int width = draw.width();
        float[] bias = draw.entries(width);
        float[] x = draw.entries(rows, width);
        for (int i = 0; i < x.length; i++) {
            float sum = 4 * x[i] + bias[i % width]; // to where functions are flat
            x[i] = sum + (sum < 0 ? -AWAY : AWAY) - bias[i % width];
        }
        return Operation.on(draw)
                .input("x", x, rows, width)
                .input("bias", bias, width)
                .result("y", rows, width)
                .output("slope", Role.FOR_BACKWARD, rows, width)
                .forward((k, in, y) -> k.rows()
                        .biasActivation(
                                new Biased<>(in.get("x"), in.get("bias")),
                                function,
                                new Activated<>(y.get("y"), y.get("slope"))))
                .backward((k, in, saved, dy, dx) -> k.rows()
                        .activatedGradient(
                                new ActivatedBackward<>(dy.get("y"), saved.get("slope")),
                                new Biased<>(dx.get("x"), dx.get("bias"))))
                .mayBe(InPlace.FORWARD)
                .build();
    }

    private static Operation activation(Draw draw, EntryFunction activation) {
        float[] x = draw.entries(draw.texts(), draw.width());
        for (int i = 0; i < x.length; i++) {
            x[i] += x[i] < 0 ? -AWAY : AWAY;
        }
        return Operation.on(draw)
                .input("x", x, draw.texts(), draw.width())
                .result("y", draw.texts(), draw.width())
                .forward((k, in, y) -> k.rows().activation(in.get("x"), activation, y.get("y")))
                .backward((k, in, saved, dy, dx) -> k.rows()
                        .activationGradient(
                                new ActivationBackward<>(dy.get("y"), in.get("x")), activation, dx.get("x")))
                .build();
    }

    private static Operation dropRows(Draw draw, RowKind kind) {
        GateCall call = new GateCall(kind, draw.dropout(SITE));
        int rows = kind == RowKind.TOKEN ? draw.tokens() : draw.texts();
        return Operation.on(draw)
                .input("x", rows, draw.width())
                .result("y", rows, draw.width())
                .forward((k, x, y) -> k.rows().dropRows(x.get("x"), call, y.get("y")))
                .backward((k, x, saved, dy, dx) -> k.rows().dropRows(dy.get("y"), call, dx.get("x")))
                .build();
    }

    private static Operation firstRows(Draw draw) {
        return Operation.on(draw)
                .input("x", draw.tokens(), draw.width())
                .result("y", draw.texts(), draw.width())
                .forward((k, x, y) -> k.rows().firstRows(x.get("x"), y.get("y")))
                .backward((k, x, saved, dy, dx) -> k.rows().firstRowsGradient(dy.get("y"), dx.get("x")))
                .build();
    }

    private static Operation add(Draw draw) {
        return Operation.on(draw)
                .input("a", draw.tokens(), draw.width())
                .input("b", draw.tokens(), draw.width())
                .result("y", draw.tokens(), draw.width())
                .forward((k, x, y) -> k.rows().add(new Pair<>(x.get("a"), x.get("b")), y.get("y")))
                .mayBe(InPlace.FORWARD)
                .build();
    }

    /** Computes a loss of logits [B, C]. */
    @FunctionalInterface
    private interface LossOfLogits {
        void of(LossKernels losses, DeviceArray logits, AnswerLoss<DeviceArray> out);
    }

    private static Operation answerLoss(Draw draw, LossOfLogits loss) {
        float[] logits = draw.entries(draw.texts(), draw.classes());
        for (int i = 0; i < logits.length; i++) {
            logits[i] *= 4;
        }
        return Operation.on(draw)
                .input("logits", logits, draw.texts(), draw.classes())
                .result("loss")
                .output("slope", Role.FOR_BACKWARD, draw.texts(), draw.classes())
                .forward((k, x, y) ->
                        loss.of(k.losses(), x.get("logits"), new AnswerLoss<>(y.get("loss"), y.get("slope"))))
                .backward((k, x, saved, dy, dx) -> k.losses()
                        .answerLossGradient(
                                new AnswerLossBackward<>(dy.get("loss"), saved.get("slope")), dx.get("logits")))
                .build();
    }

    private static Operation attentionPenalty(Draw draw) {
        int heads = draw.heads();
        Operation.Builder penalty = Operation.on(draw)
                .result("penalty")
                .output("roots", Role.FOR_BACKWARD, draw.layers(), heads)
                .forward((k, x, y) ->
                        k.losses().attentionPenalty(layers(draw, x), new Penalty<>(y.get("penalty"), y.get("roots"))))
                .backward((k, x, saved, dy, dx) -> k.losses()
                        .attentionPenaltyGradient(
                                new PenaltyBackward<>(layers(draw, x).layers(), saved.get("roots"), dy.get("penalty")),
                                layers(draw, dx)));
        for (int l = 0; l < draw.layers(); l++) {
            float[] attention = draw.entries(draw.tokens(), heads);
            for (int i = 0; i < attention.length; i++) {
                attention[i] = (Math.abs(attention[i]) + AWAY) * draw.batch().gates(l)[i % heads];
            }
            penalty.input("layer " + l, attention, draw.tokens(), heads);
        }
        return penalty.build();
    }

    /** The distance is the same the other way round, so the teacher's gradient is too. */
    private static Operation attentionDistance(Draw draw) {
        double weight = 1.5;
        Operation.Builder distance = Operation.on(draw)
                .result("distance")
                .forward((k, x, y) -> k.losses()
                        .attentionDistance(
                                new TaughtAttention<>(layers(draw, "layer ", x), layers(draw, "teacher ", x)),
                                weight,
                                y.get("distance")))
                .backward((k, x, saved, dy, dx) -> {
                    List<DeviceArray> layers = layers(draw, "layer ", x);
                    List<DeviceArray> teacher = layers(draw, "teacher ", x);
                    k.losses()
                            .attentionDistanceGradient(
                                    new TaughtBackward<>(layers, teacher, dy.get("distance")),
                                    weight,
                                    new ClsAttention<>(layers(draw, "layer ", dx)));
                    k.losses()
                            .attentionDistanceGradient(
                                    new TaughtBackward<>(teacher, layers, dy.get("distance")),
                                    weight,
                                    new ClsAttention<>(layers(draw, "teacher ", dx)));
                });
        for (int l = 0; l < draw.layers(); l++) {
            distance.input("layer " + l, draw.tokens(), draw.heads());
            distance.input("teacher " + l, draw.tokens(), draw.heads());
        }
        return distance.build();
    }

    private static ClsAttention<DeviceArray> layers(Draw draw, Operation.Named arrays) {
        return new ClsAttention<>(layers(draw, "layer ", arrays));
    }

    private static List<DeviceArray> layers(Draw draw, String name, Operation.Named arrays) {
        return IntStream.range(0, draw.layers())
                .mapToObj(l -> arrays.get(name + l))
                .toList();
    }
}
