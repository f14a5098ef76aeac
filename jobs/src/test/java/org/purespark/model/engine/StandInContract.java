// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.purespark.InputException;
import org.purespark.model.cuda.CudaEngine;
import org.purespark.model.engine.Draw.Scale;
import org.purespark.model.engine.OperationRun.Asked;
import org.purespark.model.engine.OperationRun.Places;
import org.purespark.model.engine.ProductKernels.LinearInputs;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.reference.ReferenceEngine;

/** A main that holds the CUDA engine, on what libraries it finds, against the reference engine. */
public final class StandInContract {
    private static final int SEED = 11;
    /** With dropout; texts short and long, one text, around vectors. */
    private static final int[] TRIALS = {15, 13, 22};

    private static final int MORE_THAN_ONE_TRANSFER = 5_000_001;
    private static final long MORE_THAN_THERE_IS = 1L << 33;

    private StandInContract() {}

    public static void main(String[] args) {
        try (CudaEngine engine = CudaEngine.open(0, ProductPrecision.FLOAT32)) {
            System.out.println("device " + engine.device());
            int held = 0;
            for (Operations operations : Operations.values()) {
                for (int trial : TRIALS) {
                    Draw draw = new Draw(SEED, trial, Scale.FULL);
                    compare(engine, operations.of(draw), draw);
                    held++;
                }
            }
            System.out.println("held " + held + " of " + Operations.values().length * TRIALS.length);
            transfer(engine);
            refusals(engine);
            products(engine, "float32");
            try (CudaEngine other = CudaEngine.open(0, ProductPrecision.FLOAT32)) {
                streams(engine, other);
            }
        }
        try (CudaEngine engine = CudaEngine.open(0, ProductPrecision.TF32)) {
            products(engine, "tf32");
        }
    }

    /** Each engine has a stream: one waits for the other where it reads what the other has written. */
    private static void streams(Engine first, Engine second) {
        try (DeviceArray written = first.allocate(2, 2);
                DeviceArray weight = second.allocate(2, 2);
                DeviceArray y = second.allocate(2, 2)) {
            weight.put(0, new float[] {1, 0, 0, 1}, 0, 4);
            for (int i = 1; i <= 2; i++) {
                written.put(0, new float[] {i, 2, 3, 4}, 0, 4);
                try (DeviceArray turned = first.transposed(written)) {
                    second.kernels(null).products().linear(new LinearInputs<>(turned, weight), Weight.OUT_IN, y);
                    System.out.println("written by another engine: " + Arrays.toString(y.toArray()));
                }
            }
        }
    }

    /** A factor with more bits than TF32 has. */
    private static void products(Engine engine, String name) {
        try (DeviceArray x = engine.allocate(1, 1);
                DeviceArray weight = engine.allocate(1, 1);
                DeviceArray y = engine.allocate(1, 1)) {
            x.put(0, new float[] {1 + 0x1p-12f}, 0, 1);
            weight.put(0, new float[] {1}, 0, 1);
            engine.kernels(null).products().linear(new LinearInputs<>(x, weight), Weight.OUT_IN, y);
            System.out.println("above 1 in " + name + ": " + (y.toArray()[0] - 1));
        }
    }

    private static void compare(Engine engine, Operation operation, Draw draw) {
        Map<String, float[]> outGradients = operation.outGradients(draw);
        Map<String, float[]> expected = all(new ReferenceEngine(), operation, outGradients);
        Map<String, float[]> actual = all(engine, operation, outGradients);
        expected.forEach((name, values) -> {
            if (!operation.outputs().containsKey(name) || operation.isShared(name)) {
                Closeness.assertClose(name, actual.get(name), values);
            }
        });
    }

    private static Map<String, float[]> all(Engine engine, Operation operation, Map<String, float[]> outGradients) {
        try (OperationRun run = new OperationRun(engine, operation)) {
            Map<String, float[]> all = new LinkedHashMap<>(run.forward(Asked.ALL));
            if (operation.backward() != null) {
                run.gradients(outGradients, Places.OF_THEIR_OWN)
                        .forEach((name, values) -> all.put("gradient of " + name, values));
            }
            return all;
        }
    }

    private static void transfer(Engine engine) {
        float[] values = new float[MORE_THAN_ONE_TRANSFER];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 1000;
        }
        try (DeviceArray array = engine.allocate(values.length)) {
            array.put(0, values, 0, values.length);
            System.out.println("transfers " + Arrays.equals(array.toArray(), values));
        }
    }

    private static void refusals(Engine engine) {
        try (DeviceArray array = engine.allocate(MORE_THAN_THERE_IS)) {
            System.out.println("got " + array);
        } catch (InputException e) {
            System.out.println(e.getMessage());
        }
        try {
            CudaEngine.seat(3, 1);
        } catch (InputException e) {
            System.out.println(e.getMessage());
        }
        Runnable seat = CudaEngine.seat(0, 1);
        try {
            CudaEngine.seat(0, 1);
        } catch (InputException e) {
            System.out.println(e.getMessage());
        }
        seat.run();
        CudaEngine.seat(0, 1).run();
        System.out.println("a seat for the next task");
    }
}
