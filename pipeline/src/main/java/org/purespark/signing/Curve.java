// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/** The curves that signatures of models use, each with the digest that goes with it. */
enum Curve {
    P_256("secp256r1", "SHA256withECDSA"),
    P_384("secp384r1", "SHA384withECDSA"),
    P_521("secp521r1", "SHA512withECDSA");

    private final String standardName;
    private final String signature;

    Curve(String standardName, String signature) {
        this.standardName = standardName;
        this.signature = signature;
    }

    /** The name of the signature's algorithm in Java; its signatures are DER. */
    String signature() {
        return signature;
    }

    /** The curve of the key; empty if it is another one. */
    static Optional<Curve> of(ECKey key) {
        return Arrays.stream(values())
                .filter(curve ->
                        curve.parameters().getCurve().equals(key.getParams().getCurve()))
                .findFirst();
    }

    private ECParameterSpec parameters() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(standardName));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of version 17 has the curve " + standardName, e);
        }
    }
}
