// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

/** Java's access to the CPU's vector unit: a module that Spark turns on in every JVM that it starts. */
public final class VectorUnit {
    private static final String MODULE = "jdk.incubator.vector";

    private VectorUnit() {}

    /** @throws IllegalStateException if this JVM is started without the module */
    public static void require() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            throw new IllegalStateException("this JVM has no module " + MODULE + ": start it by spark-submit, or with"
                    + " --add-modules=" + MODULE);
        }
    }
}
