// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The hidden states after the last layer. Each is in the graph from the time when it is asked for; so gradients can be
 * added before what the loss does not use.
 *
 * @param first adds those of first tokens [B, D]
 * @param all adds those of all tokens [N, D]
 */
record LastRows(Supplier<SDVariable> first, Supplier<SDVariable> all) {}
