// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import java.util.List;
import org.purespark.encoder.ParameterSpec;

/**
 * One tensor of a checkpoint's files, and the parameters in it.
 *
 * @param name in a model with a classifier: an encoder's tensors have the family's prefix
 * @param bareName in a model without one
 * @param parameters whose rows it has, one below the other: one parameter, unless a family joins matrices
 */
public record DiskTensor(String name, String bareName, List<ParameterSpec> parameters) {
    public DiskTensor {
        parameters = List.copyOf(parameters);
    }
}
