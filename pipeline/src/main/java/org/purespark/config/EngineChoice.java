// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** Which engine a task computes with. */
public enum EngineChoice {
    /** The one that suits what Spark gives the task. */
    AUTO,
    /** The machine's cores. */
    CPU,
    /** Plain loops that other engines are held against: slow, for tiny models. */
    REFERENCE
}
