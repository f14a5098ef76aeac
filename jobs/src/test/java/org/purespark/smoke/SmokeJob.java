// SPDX-License-Identifier: Apache-2.0
package org.purespark.smoke;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.bytedeco.javacpp.Loader;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * A Spark main that uses both native libraries, tensors and tokenizer, in two tasks at once; prints a line for each.
 */
public final class SmokeJob {
    private static final String TOKENIZER =
            """
            {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "fine": 1, "film": 2}, "unk_token": "[UNK]"}}
            """;

    private SmokeJob() {}

    public static void main(String[] args) throws IOException {
        long begun = System.nanoTime();
        try (SparkSession session = SparkSession.builder().appName("smoke").getOrCreate()) {
            System.out.println("spark started after " + since(begun));
            JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
            List<String> lines =
                    context.parallelize(List.of(1, 2), 2).map(SmokeJob::compute).collect();
            lines.forEach(line -> System.out.println("task " + line));
            System.out.println("done after " + since(begun));
        }
    }

    private static String compute(int task) throws InterruptedException, IOException {
        // Each of two executors gets a task: the other one is busy meanwhile.
        Thread.sleep(2000);
        long begun = System.nanoTime();
        INDArray a = Nd4j.rand(3, 3);
        double error = a.mmul(Nd4j.eye(3)).sub(a).norm1Number().doubleValue();
        String tensors = since(begun);
        return "executor=" + SparkEnv.get().executorId()
                + " pid=" + ProcessHandle.current().pid()
                + " extension=" + System.getProperty("org.bytedeco.javacpp.platform.extension")
                + " library="
                + Loader.load(NativeOpsHolder.getInstance().getDeviceNativeOps().getClass())
                + " ids=" + ids("a fine film")
                + " error=" + error
                + " firstTensorAfter=" + tensors;
    }

    private static String ids(String text) throws IOException {
        byte[] json = TOKENIZER.getBytes(StandardCharsets.UTF_8);
        try (HuggingFaceTokenizer tokenizer =
                HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), Map.of())) {
            return Arrays.toString(tokenizer.encode(text).getIds()).replace(" ", "");
        }
    }

    private static String since(long begun) {
        return String.format(Locale.ROOT, "%.1fs", (System.nanoTime() - begun) / 1e9);
    }
}
