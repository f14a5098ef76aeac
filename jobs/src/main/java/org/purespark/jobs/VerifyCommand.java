// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.purespark.signing.ModelSignature;
import org.purespark.signing.VerifyingKey;
import org.purespark.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "verify",
        description =
                "Checks that a model's directory is as the owner of a key has signed it (docs/exports.md). Ends with"
                        + " 0 if it is, 2 if it is not.")
final class VerifyCommand implements Callable<Integer> {
    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The signed directory.")
    private String model;

    @Option(names = "--key", paramLabel = "FILE", required = true, description = "The signer's public key, in PEM.")
    private String key;

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description = "The signature; without it model.sig in the directory.")
    private String signature;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Storage storage = SparkWork.storageWithoutSpark();
        int files = signature(storage, model, signature).verify(VerifyingKey.read(storage, key));
        PrintWriter out = spec.commandLine().getOut();
        out.println(model + ": " + files + " files as they were signed");
        out.flush();
        return 0;
    }

    /** @param file null for the usual one in the directory */
    static ModelSignature signature(Storage storage, String model, String file) {
        return file == null ? ModelSignature.in(storage, model) : new ModelSignature(storage, model, file);
    }
}
