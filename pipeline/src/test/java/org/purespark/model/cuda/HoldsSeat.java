// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.io.IOException;
import java.nio.file.Path;
import org.purespark.InputException;

/** A main of another process: it takes a seat, says so, and waits until its input ends. */
public final class HoldsSeat {
    private HoldsSeat() {}

    /** @param args directory, identity of the GPU, number of tasks that share it */
    public static void main(String[] args) throws IOException {
        DeviceSeats.Gpu gpu = new DeviceSeats.Gpu(args[1], "GPU 0");
        try {
            new DeviceSeats(Path.of(args[0])).take(gpu, Integer.parseInt(args[2]));
            System.out.println("taken");
        } catch (InputException e) {
            System.out.println(e.getMessage());
        }
        System.in.read();
    }
}
