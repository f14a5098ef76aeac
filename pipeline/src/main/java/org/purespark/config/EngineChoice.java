// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** Which engine a task computes with. */
public enum EngineChoice {
    /** The GPU that Spark gives the task; without one, the machine's cores. */
    AUTO,
    /** The machine's cores, even if the task has a GPU. */
    CPU,
    /** A GPU of NVIDIA; a task without one is refused. */
    CUDA,
    /** Plain loops that other engines are held against: slow, for tiny models. */
    REFERENCE
}
