// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import org.purespark.InputException;
import org.purespark.signing.ModelSignature;
import org.purespark.signing.VerifyingKey;
import org.purespark.storage.Storage;
import picocli.CommandLine.Option;

/** Whose models a command takes. */
final class VerifyKeyOption {
    @Option(
            names = "--verify-key",
            paramLabel = "FILE",
            description = "Public key in PEM: the model must be as its owner has signed it (model.sig in --model)."
                    + " Other models that are given are checked where they have a signature.")
    private String key;

    /**
     * Checks the signatures of models, if there is a key.
     *
     * @param model the one that must have a signature; null if it is not given
     * @param others further ones by their options; null for one that is not given
     * @param err gets a line for each model
     * @throws InputException if a model is not as it was signed, or the first one has no signature
     */
    void verify(Storage storage, String model, Map<String, String> others, PrintWriter err) throws IOException {
        if (key == null) {
            return;
        }
        VerifyingKey owner = VerifyingKey.read(storage, key);
        if (model == null) {
            throw new InputException("--verify-key checks the model that --model names: give --model, or leave it out");
        }
        err.println("--model " + verified(storage, model, owner));
        for (var other : others.entrySet()) {
            if (other.getValue() != null) {
                boolean signed = ModelSignature.in(storage, other.getValue()).exists();
                err.println(other.getKey() + " "
                        + (signed
                                ? verified(storage, other.getValue(), owner)
                                : other.getValue() + " has no signature: it is not checked"));
            }
        }
        err.flush();
    }

    private static String verified(Storage storage, String model, VerifyingKey owner) throws IOException {
        return model + ": " + ModelSignature.in(storage, model).verify(owner) + " files as they were signed";
    }
}
