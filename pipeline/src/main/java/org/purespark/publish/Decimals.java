// SPDX-License-Identifier: Apache-2.0
package org.purespark.publish;

import java.math.BigDecimal;

/** Numbers as text: all digits that tell a number from its neighbours, no exponent. */
final class Decimals {
    private Decimals() {}

    static String text(double value) {
        return BigDecimal.valueOf(value).toPlainString();
    }
}
