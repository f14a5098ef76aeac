// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.purespark.signing.ModelSignature;
import org.purespark.signing.SigningKey;
import org.purespark.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "sign",
        description = "Signs a model's directory, as the OpenSSF's model signing does (docs/exports.md).")
final class SignCommand implements Callable<Integer> {
    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The directory to sign.")
    private String model;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            required = true,
            description = "Private EC key on P-256, P-384 or P-521, in PEM, not encrypted.")
    private String key;

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description = "Where the signature is written; without it model.sig in the directory.")
    private String signature;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Storage storage = SparkWork.storageWithoutSpark();
        ModelSignature made = VerifyCommand.signature(storage, model, signature);
        int files = made.write(SigningKey.read(storage, key));
        PrintWriter out = spec.commandLine().getOut();
        out.println("signed " + files + " files of " + model + " in " + made.file());
        out.flush();
        return 0;
    }
}
