package org.purespark.benchmark;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
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
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.checkpoint.Tensor;
import org.purespark.model.GradientSum;
import org.purespark.model.ParameterLayout;
import org.purespark.model.Parameters;
import org.purespark.model.ops.BatchInputs;
import org.purespark.model.ops.BiasGelu;
import org.purespark.model.ops.Dropout;
import org.purespark.model.ops.GraphOp;
import org.purespark.model.ops.GraphSession;
import org.purespark.model.ops.Linear;
import org.purespark.model.ops.ResidualNorm;
import org.purespark.model.ops.SelfAttention;
import org.purespark.model.ops.Workers;
import org.purespark.random.DropoutMask;
import org.purespark.train.AdamW;

/**
 * The pieces of a training step, each alone in a small graph: one layer's share, for 32 texts of 832 tokens in all, with
 * dropout. Run by {@code benchmarks/kernels}.
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

    private final Map<String, GraphSession> sessions = new HashMap<>();
    private final Map<String, List<String>> outputs = new HashMap<>();
    private Workers workers;
    private int tokens;
    private Parameters parameters;
    private GradientSum gradients;
    private AdamW adamW;

    @Setup(Level.Trial)
    public void prepare() {
        // Loads the native library before it is timed.
        Nd4j.getBackend();
        workers = new Workers(threads);
        tokens = starts()[TEXTS];
        product("qkv", hidden, 3 * hidden);
        product("wide", hidden, 4 * hidden);
        product("narrow", 4 * hidden, hidden);
        operation(
                "gelu",
                1,
                graph -> new BiasGelu(graph, random(graph, "h", tokens, 4 * hidden), random(graph, "b", 4 * hidden)));
        operation(
                "norm",
                1,
                graph -> new ResidualNorm(
                        graph,
                        random(graph, "h", tokens, hidden),
                        random(graph, "bias", hidden),
                        random(graph, "residual", tokens, hidden),
                        random(graph, "gamma", hidden),
                        random(graph, "beta", hidden),
                        batch(graph),
                        new Dropout(1, 0.1),
                        1e-12));
        operation(
                "attention",
                2,
                graph -> new SelfAttention(
                        graph,
                        random(graph, "qkv", tokens, 3 * hidden),
                        random(graph, "bias", 3 * hidden),
                        graph.constant("gates", Nd4j.ones(HEADS)),
                        batch(graph),
                        new Dropout(2, 0.1)));
        prepareAdamW();
    }

    @TearDown(Level.Trial)
    public void close() {
        sessions.values().forEach(GraphSession::close);
        workers.close();
        parameters.close();
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
        AdamW.Update update = adamW.next(2e-5, 1);
        adamW.stepDense(update, parameters, gradients, workers);
        adamW.stepWords(update, parameters, gradients, workers);
    }

    // ---- Graphs
    // ------------------------------------------------------------------------------------------------------

    private void run(String name) {
        GraphSession session = sessions.get(name);
        session.release(session.run(outputs.get(name), Map.of()));
    }

    private void add(String name, SameDiff graph, List<SDVariable> wanted) {
        sessions.put(name, new GraphSession(graph, workers));
        outputs.put(name, wanted.stream().map(SDVariable::name).toList());
    }

    private void product(String name, int in, int out) {
        operation(
                name,
                1,
                graph -> new Linear(
                        graph, random(graph, "x", tokens, in), random(graph, "w", out, in), Linear.Weight.OUT_IN));
    }

    /** @param differentiable how many of the operation's outputs have a gradient */
    private void operation(String name, int differentiable, Function<SameDiff, GraphOp> operation) {
        SameDiff forward = SameDiff.create();
        SDVariable[] results = operation.apply(forward).outputVariables();
        add(name + " forward", forward, List.of(results).subList(0, differentiable));
        Map<String, INDArray> shapes = sessions.get(name + " forward").run(outputs.get(name + " forward"), Map.of());
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

    private static SDVariable random(SameDiff graph, String name, int... shape) {
        long[] dimensions = Arrays.stream(shape).asLongStream().toArray();
        return graph.constant(name, Nd4j.randn(dimensions).muli(0.5));
    }

    private static BatchInputs batch(SameDiff graph) {
        long[] keys = new long[TEXTS];
        Arrays.setAll(keys, text -> DropoutMask.key(11, 0, text));
        return new BatchInputs(
                graph.constant("starts", Nd4j.createFromArray(starts())),
                graph.constant("keys", Nd4j.createFromArray(keys)));
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
        parameters = Parameters.of(layout, zeros);
        gradients = new GradientSum(layout);
        adamW = new AdamW(new AdamW.Constants(0.9, 0.999, 1e-8, 0.01), AdamW.Owned.all(layout));
    }
}
