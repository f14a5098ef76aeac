// SPDX-License-Identifier: Apache-2.0
package org.purespark.benchmark;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.model.GradientSum;
import org.purespark.model.ParameterLayout;
import org.purespark.model.Parameters;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.cpu.ProductChoice;
import org.purespark.model.engine.AttentionKernels;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.NormKernels;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.ProductKernels;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.engine.TextBatch.RowKind;
import org.purespark.model.engine.UpdateKernels.AdamUpdate;
import org.purespark.model.graph.GraphSession;
import org.purespark.model.ops.BiasGelu;
import org.purespark.model.ops.GraphOp;
import org.purespark.model.ops.Linear;
import org.purespark.model.ops.ResidualNorm;
import org.purespark.model.ops.SelfAttention;
import org.purespark.random.DropoutMask;
import org.purespark.train.AdamW;

/**
 * The pieces of a training step, each alone in a small graph: one layer's share, for 32 texts of 832 tokens in all,
 * with dropout. Run by {@code benchmarks/kernels}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class KernelBenchmark {
    private static final int TEXTS = 32;
    private static final int HEADS = 12;

    /** Texts of 7 to 45 tokens, 26 on average, as those of SST-2 are. */
    private static final int[] LENGTHS = {7, 14, 20, 24, 28, 32, 38, 45};

    @Param({"384", "768"})
    public int hidden;

    @Param({"1", "2"})
    public int threads;

    /** What multiplies. */
    @Param("FLOAT32")
    public ProductChoice products;

    private final Map<String, GraphSession> sessions = new HashMap<>();
    private final Map<String, List<String>> outputs = new HashMap<>();
    private final Map<SameDiff, Map<String, DeviceArray>> given = new IdentityHashMap<>();
    private Engine engine;
    private TextBatch batch;
    private int tokens;
    private Parameters parameters;
    private GradientSum gradients;
    private AdamW adamW;

    @Setup(Level.Trial)
    public void prepare() {
        // Loads the native library before it is timed.
        Nd4j.getBackend();
        engine = new CpuEngine(threads, products);
        batch = batch();
        tokens = batch.tokens();
        product("qkv", hidden, 3 * hidden);
        product("wide", hidden, 4 * hidden);
        product("narrow", 4 * hidden, hidden);
        operation(
                "gelu",
                1,
                graph -> new BiasGelu(
                        graph, new Biased<>(random(graph, "h", tokens, 4 * hidden), random(graph, "b", 4 * hidden))));
        operation(
                "norm",
                1,
                graph -> new ResidualNorm(
                        graph,
                        new NormKernels.ResidualNormInputs<>(
                                random(graph, "h", tokens, hidden),
                                random(graph, "bias", hidden),
                                random(graph, "residual", tokens, hidden),
                                random(graph, "gamma", hidden),
                                random(graph, "beta", hidden)),
                        new NormCall(RowKind.TOKEN, new Dropout(1, 0.1), 1e-12)));
        operation(
                "attention",
                2,
                graph -> new SelfAttention(
                        graph,
                        new AttentionKernels.SelfAttentionInputs<>(
                                random(graph, "qkv", tokens, 3 * hidden), random(graph, "bias", 3 * hidden)),
                        new AttentionCall(0, HEADS, new Dropout(2, 0.1))));
        prepareAdamW();
    }

    @TearDown(Level.Trial)
    public void close() {
        sessions.values().forEach(GraphSession::close);
        given.values().forEach(arrays -> arrays.values().forEach(DeviceArray::close));
        parameters.close();
        engine.close();
    }

    // ---- Products x [N, in] · Wᵀ [in, out]; backward dy·W and dyᵀ·x
    // --------------------------------------------------

    @Benchmark
    public void productQkv() {
        run("qkv forward");
    }

    @Benchmark
    public void productWide() {
        run("wide forward");
    }

    @Benchmark
    public void productNarrow() {
        run("narrow forward");
    }

    @Benchmark
    public void productWideForwardBackward() {
        run("wide both");
    }

    // ---- Row-wise operations and attention
    // ---------------------------------------------------------------------------

    @Benchmark
    public void geluForward() {
        run("gelu forward");
    }

    @Benchmark
    public void geluForwardBackward() {
        run("gelu both");
    }

    @Benchmark
    public void normForward() {
        run("norm forward");
    }

    @Benchmark
    public void normForwardBackward() {
        run("norm both");
    }

    @Benchmark
    public void attentionForward() {
        run("attention forward");
    }

    @Benchmark
    public void attentionForwardBackward() {
        run("attention both");
    }

    /** All parameters of a model of 6 layers, V 30,522. */
    @Benchmark
    public void adamW() {
        AdamUpdate update = adamW.next(2e-5, 1);
        adamW.stepDense(update, parameters, gradients);
        adamW.stepWords(update, parameters, gradients);
    }

    // ---- Graphs
    // ------------------------------------------------------------------------------------------------------

    private void run(String name) {
        GraphSession session = sessions.get(name);
        session.release(session.run(outputs.get(name), batch, Map.of()));
    }

    private void add(String name, SameDiff graph, List<SDVariable> wanted) {
        sessions.put(name, new GraphSession(graph, engine, given.get(graph)));
        outputs.put(name, wanted.stream().map(SDVariable::name).toList());
    }

    private void product(String name, int in, int out) {
        operation(
                name,
                1,
                graph -> new Linear(
                        graph,
                        new ProductKernels.LinearInputs<>(random(graph, "x", tokens, in), random(graph, "w", out, in)),
                        Weight.OUT_IN));
    }

    /** @param differentiable how many of the operation's outputs have a gradient */
    private void operation(String name, int differentiable, Function<SameDiff, GraphOp> operation) {
        SameDiff forward = SameDiff.create();
        SDVariable[] results = operation.apply(forward).outputVariables();
        add(name + " forward", forward, List.of(results).subList(0, differentiable));
        Map<String, DeviceArray> shapes =
                sessions.get(name + " forward").run(outputs.get(name + " forward"), batch, Map.of());
        SameDiff both = SameDiff.create();
        GraphOp op = operation.apply(both);
        SDVariable[] alike = op.outputVariables();
        SDVariable[] incoming = new SDVariable[alike.length];
        for (int i = 0; i < differentiable; i++) {
            incoming[i] = random(
                    both,
                    "d" + i,
                    Arrays.stream(shapes.get(results[i].name()).shape())
                            .mapToInt(Math::toIntExact)
                            .toArray());
        }
        sessions.get(name + " forward").release(shapes);
        add(name + " both", both, op.doDiff(Arrays.asList(incoming)));
    }

    private SDVariable random(SameDiff graph, String name, int... shape) {
        long[] dimensions = Arrays.stream(shape).asLongStream().toArray();
        DeviceArray array = engine.allocate(dimensions);
        Random random = new Random(name.hashCode());
        float[] values = new float[Math.toIntExact(array.length())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.5 * random.nextGaussian());
        }
        array.put(0, values, 0, values.length);
        given.computeIfAbsent(graph, none -> new HashMap<>()).put(name, array);
        return graph.placeHolder(name, DataType.FLOAT, dimensions);
    }

    private static TextBatch batch() {
        long[] keys = new long[TEXTS];
        Arrays.setAll(keys, text -> DropoutMask.key(11, 0, text));
        return new TextBatch(starts(), keys, TextBatch.Gates.open(1, HEADS), TextBatch.Targets.NONE);
    }

    private static int[] starts() {
        int[] starts = new int[TEXTS + 1];
        for (int text = 0; text < TEXTS; text++) {
            starts[text + 1] = starts[text] + LENGTHS[text % LENGTHS.length];
        }
        return starts;
    }

    private void prepareAdamW() {
        EncoderConfig config = EncoderConfig.builder(Architecture.bert(0, 1e-12))
                .vocabulary(30522)
                .positions(512)
                .tokenTypes(2)
                .hidden(hidden)
                .heads(HEADS)
                .layers(6)
                .intermediate(4 * hidden)
                .build();
        ParameterLayout layout = new ParameterLayout(config, ClassifierKind.LINEAR, 2);
        SortedMap<String, Tensor> zeros = new TreeMap<>();
        layout.slices().values().forEach(slice -> zeros.put(slice.name(), Tensor.zeros(slice.shape())));
        parameters = Parameters.of(layout, zeros, engine);
        gradients = new GradientSum(layout, engine);
        adamW = new AdamW(new AdamW.Constants(0.9, 0.999, 1e-8, 0.01), AdamW.Owned.all(layout), engine);
    }
}
